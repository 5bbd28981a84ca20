//! Tests of proofs.

#![expect(clippy::unwrap_used, reason = "tests")]

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Method;
use serde_json::{Map, Value, json};

use super::*;
use crate::jwt::{Algorithm, SigningKey};

/// The proof and the thumbprint of RFC 9449 §4.1 and §6.1.
const RFC_PROOF: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6Ik\
VDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCR\
nMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JE\
QSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIj\
oiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwia\
WF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg\
4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
const RFC_THUMBPRINT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

fn key() -> SigningKey {
    SigningKey::generate_p256().unwrap().0
}

fn proof(key: &SigningKey) -> String {
    let url = "https://user:pass@api.example.com/products?page=2#top"
        .parse()
        .unwrap();
    let claims = ProofClaims {
        id: "id",
        method: &Method::POST,
        url: &url,
        issued_at: 1_000,
        access_token: Some("token"),
        nonce: Some("n"),
    };
    claims.sign(key).unwrap()
}

fn verify(proof: &str) -> Result<VerifiedProof, ProofError> {
    VerifiedProof::verify(proof, Algorithm::ALL)
}

/// Returns a proof with this header, signed with `key`.
fn with_header(key: &SigningKey, header: Value) -> String {
    let Value::Object(header) = header else {
        unreachable!("an object")
    };
    key.sign(header, &Map::new()).unwrap()
}

#[test]
fn the_proof_of_the_specification_is_verified() {
    let proof = verify(RFC_PROOF).unwrap();
    assert_eq!(proof.thumbprint(), RFC_THUMBPRINT);
    assert_eq!(proof.claims().string("htm"), Ok(Some("POST")));
    assert_eq!(
        proof.claims().string("htu"),
        Ok(Some("https://server.example.com/token"))
    );
}

#[test]
fn a_signed_proof_has_the_claims_of_the_request_and_the_public_key_only() {
    let key = key();
    let text = proof(&key);
    let verified = verify(&text).unwrap();
    assert_eq!(verified.thumbprint(), key.thumbprint());
    let claims = verified.claims();
    assert_eq!(
        claims.get("htu"),
        Some(&json!("https://api.example.com/products"))
    );
    assert_eq!(claims.get("htm"), Some(&json!("POST")));
    assert_eq!(claims.get("iat"), Some(&json!(1_000)));
    assert_eq!(claims.get("nonce"), Some(&json!("n")));
    assert_eq!(claims.get("ath"), Some(&json!(access_token_hash("token"))));
    let header = URL_SAFE_NO_PAD.decode(text.split('.').next().unwrap());
    let header: Value = serde_json::from_slice(&header.unwrap()).unwrap();
    let members: Vec<_> = header["jwk"].as_object().unwrap().keys().collect();
    assert_eq!(members, ["crv", "kty", "x", "y"]);
}

/// RFC 9449 §7.1.
#[test]
fn the_hash_of_a_token_is_that_of_the_specification() {
    assert_eq!(
        access_token_hash("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"),
        "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"
    );
}

#[test]
fn a_generated_key_is_read_again() {
    let (key, pkcs8) = SigningKey::generate_p256().unwrap();
    let read = SigningKey::from_pkcs8(&pkcs8).unwrap();
    assert_eq!(read.thumbprint(), key.thumbprint());
    assert_eq!(read.algorithm(), Algorithm::Es256);
    assert_ne!(key.thumbprint(), self::key().thumbprint());
}

#[test]
fn a_proof_of_another_type_is_refused() {
    let key = key();
    let jwk = Value::Object(key.required_members());
    for typ in [
        json!("JWT"),
        json!("at+jwt"),
        json!("application/dpop+jwt"),
        Value::Null,
    ] {
        let proof = with_header(&key, json!({ "typ": typ, "jwk": jwk }));
        assert_eq!(verify(&proof).err(), Some(ProofError::MediaType), "{typ}");
    }
    let proof = with_header(&key, json!({ "typ": "DPoP+JWT", "jwk": jwk }));
    assert!(verify(&proof).is_ok());
}

#[test]
fn a_proof_without_a_public_key_of_its_own_is_refused() {
    let (key, other) = (key(), key());
    let public = key.required_members();
    let mut private = public.clone();
    private.insert("d".to_owned(), json!("AAAA"));
    let mut for_encryption = public.clone();
    for_encryption.insert("use".to_owned(), json!("enc"));
    for (jwk, error) in [
        (Value::Null, ProofError::Key),
        (json!({}), ProofError::Key),
        (json!({ "kty": "oct", "k": "AAAA" }), ProofError::Key),
        (private.into(), ProofError::Key),
        (for_encryption.into(), ProofError::Key),
        (other.required_members().into(), ProofError::Signature),
    ] {
        let proof = with_header(&key, json!({ "typ": "dpop+jwt", "jwk": jwk }));
        assert_eq!(verify(&proof).err(), Some(error), "{jwk}");
    }
}

#[test]
fn only_accepted_asymmetric_algorithms_are_accepted() {
    let text = proof(&key());
    let only_rsa = VerifiedProof::verify(&text, &[Algorithm::Rs256]);
    assert_eq!(only_rsa.err(), Some(ProofError::Algorithm));
    let (header, rest) = text.split_once('.').unwrap();
    let header = URL_SAFE_NO_PAD.decode(header).unwrap();
    for algorithm in ["none", "HS256", "ES384"] {
        let mut header: Value = serde_json::from_slice(&header).unwrap();
        header["alg"] = algorithm.into();
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        assert!(verify(&format!("{header}.{rest}")).is_err(), "{algorithm}");
    }
}

#[test]
fn what_is_no_jwt_or_too_long_is_refused() {
    let long = format!("{}.e30.AA", "a".repeat(5_000));
    for text in ["", "proof", "a.b.c", long.as_str()] {
        assert_eq!(verify(text).err(), Some(ProofError::Malformed), "{text}");
    }
}

#[test]
fn debug_does_not_show_the_access_token() {
    let claims = ProofClaims {
        id: "canary",
        method: &Method::GET,
        url: &"https://api.example.com/".parse().unwrap(),
        issued_at: 1,
        access_token: Some("canary"),
        nonce: Some("canary"),
    };
    assert!(!format!("{claims:?}").contains("canary"));
}
