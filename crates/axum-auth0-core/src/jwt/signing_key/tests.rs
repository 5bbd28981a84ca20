#![expect(clippy::unwrap_used, reason = "tests")]

use ::rsa::{
    RsaPrivateKey,
    pkcs1::EncodeRsaPrivateKey as _,
    pkcs8::{EncodePrivateKey as _, LineEnding},
};
use jsonwebtoken::{DecodingKey, Validation, jwk::Jwk};
use serde_json::json;

use super::*;

const P256: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg4e/64Yvi4Sa1jorK
6rmC3QZc7rq8LEZLeTQYyYEKTVqhRANCAASF1He7LXZSHMCHLBdZXTkS6tEH7D+B
xA6b9/SBHsoWN5f6XdVyziozahOAVzTfNOAYCD9Xt2Sg/QL2dtgTThDv
-----END PRIVATE KEY-----";
const P384: &str = "-----BEGIN PRIVATE KEY-----
MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDCdEK5lRiZX1Wm4yOEX
7NJxTd/JqG4FY+5EhlvJY2nQNjOKnFHCFmd4nDpohr18lp+hZANiAAQ78K43kKpi
KSCarHbPEb9Td/6PuNIGHE7Ea9t7ua++IP6n54Fu9/maZ49BXTA7DjJO3HO7GF/q
IrTFyXh7q0BGVeue8+tr8i/oBGQcYu1X1jCMpfY0tR1aTdNaV0zbiSQ=
-----END PRIVATE KEY-----";
const ED25519: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIN9P/wh3TDc3NOs6liOQJQKNK9XbjCo/66yumB4m4/v4
-----END PRIVATE KEY-----";
const SEC1: &str = "-----BEGIN EC PRIVATE KEY-----
MHcCAQEEINbZAoyCCFbii7c4yYiRqKqKIrJBiWdovXBOLtDb1Jo2oAoGCCqGSM49
AwEHoUQDQgAEeshz1rBk/8rizseNrh3etz4CZivT/ox+hO2LVs27rN5fTYC+EMh5
nwSxJkJKAH17Jb3Q7J9jVjdFoUToLQdu8w==
-----END EC PRIVATE KEY-----";

fn rsa_pem() -> String {
    let pem = test_support::signer::rsa_key()
        .to_pkcs8_pem(LineEnding::LF)
        .unwrap();
    pem.to_string()
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// Verifies with the public key as a provider reads it from the JWK.
fn verify(token: &str, key: &SigningKey) -> Result<Value, jsonwebtoken::errors::Error> {
    let jwk: Jwk = serde_json::from_value(key.public_jwk().into()).unwrap();
    let mut validation = Validation::new(key.algorithm().to_jsonwebtoken());
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let key = DecodingKey::from_jwk(&jwk)?;
    jsonwebtoken::decode::<Value>(token, &key, &validation).map(|token| token.claims)
}

#[test]
fn every_algorithm_signs_what_its_public_key_verifies() {
    let rsa = rsa_pem();
    for (pem, algorithm) in [
        (rsa.as_str(), Algorithm::Rs256),
        (&rsa, Algorithm::Rs384),
        (&rsa, Algorithm::Rs512),
        (&rsa, Algorithm::Ps256),
        (&rsa, Algorithm::Ps384),
        (&rsa, Algorithm::Ps512),
        (P256, Algorithm::Es256),
        (P384, Algorithm::Es384),
        (ED25519, Algorithm::EdDsa),
    ] {
        let key = SigningKey::from_pem(pem, Some(algorithm)).unwrap();
        let claims = object(&json!({ "sub": "site", "iat": 1 }));
        let header = object(&json!({ "typ": "JWT" }));
        let token = key.sign(header, &claims).unwrap();
        assert_eq!(
            verify(&token, &key).unwrap(),
            Value::from(claims),
            "{algorithm}"
        );
        let header = jsonwebtoken::decode_header(&token).unwrap();
        assert_eq!(header.typ.as_deref(), Some("JWT"));
        let forged = format!(
            "{}A.{}",
            &token[..token.rfind('.').unwrap()],
            &token[token.rfind('.').unwrap() + 1..]
        );
        assert!(verify(&forged, &key).is_err(), "{algorithm}");
    }
}

#[test]
fn the_algorithm_follows_from_the_key() {
    let rsa = rsa_pem();
    let pkcs1 = test_support::signer::rsa_key()
        .to_pkcs1_pem(LineEnding::LF)
        .unwrap();
    for (pem, algorithm) in [
        (rsa.as_str(), Algorithm::Rs256),
        (pkcs1.as_str(), Algorithm::Rs256),
        (P256, Algorithm::Es256),
        (P384, Algorithm::Es384),
        (ED25519, Algorithm::EdDsa),
    ] {
        assert_eq!(
            SigningKey::from_pem(pem, None).unwrap().algorithm(),
            algorithm
        );
    }
}

#[test]
fn line_breaks_may_be_escaped() {
    let escaped = P256.replace('\n', "\\n");
    assert!(!escaped.contains('\n'));
    let key = SigningKey::from_pem(&escaped, None).unwrap();
    let plain = SigningKey::from_pem(P256, None).unwrap();
    assert_eq!(key.thumbprint(), plain.thumbprint());
}

#[test]
fn a_key_that_does_not_fit_the_algorithm_is_an_error() {
    let rsa = rsa_pem();
    for (pem, algorithm) in [
        (rsa.as_str(), Algorithm::Es256),
        (&rsa, Algorithm::EdDsa),
        (P256, Algorithm::Rs256),
        (P256, Algorithm::Es384),
        (P384, Algorithm::Es256),
        (ED25519, Algorithm::Es256),
    ] {
        let error = SigningKey::from_pem(pem, Some(algorithm)).unwrap_err();
        assert_eq!(error, SigningKeyError::OtherAlgorithm(algorithm));
    }
}

#[test]
fn what_is_not_a_usable_private_key_is_an_error() {
    let small = RsaPrivateKey::new(&mut ::rsa::rand_core::OsRng, 1024).unwrap();
    let small = small.to_pkcs8_pem(LineEnding::LF).unwrap();
    let truncated = P256.replace("MIGHAgEAMBMG", "MIGHAgEAMBMF");
    for (pem, error) in [
        ("", SigningKeyError::NotPem),
        ("key", SigningKeyError::NotPem),
        (
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
            SigningKeyError::NotPem,
        ),
        (
            "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
            SigningKeyError::NotUsable,
        ),
        (&truncated, SigningKeyError::NotUsable),
        (&small, SigningKeyError::NotUsable),
        (SEC1, SigningKeyError::NotUsable),
    ] {
        assert_eq!(SigningKey::from_pem(pem, None).unwrap_err(), error, "{pem}");
    }
}

#[test]
fn the_debug_output_contains_nothing_of_the_key() {
    let key = SigningKey::from_pem(P256, None).unwrap();
    assert_eq!(format!("{key:?}"), "SigningKey { algorithm: Es256, .. }");
}

/// RFC 7638 §3.1.
#[test]
fn the_thumbprint_is_that_of_the_specification() {
    let jwk = json!({
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        "e": "AQAB",
    });
    let thumbprint = thumbprint::of_required_members(&object(&jwk));
    assert_eq!(thumbprint, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}
