//! Which of the provider's keys a token is checked with. The sets are like those of real providers and of the OpenID conformance suite.

use axum_auth0_core::{
    jwt::{Algorithm, VerifiedJwt},
    provider::VerifyError,
};
use serde_json::{Value, json};

use crate::algorithms::implementation;
use test_support::{Endpoint, FakeProvider, Reply, Signer};

async fn verify(keys: &[Value], token: &str) -> Result<VerifiedJwt, VerifyError> {
    let fake = FakeProvider::without_keys().await;
    fake.reply(Endpoint::Keys, Reply::keys(keys));
    fake.client().0.verify(token, Algorithm::ALL).await
}

fn claims() -> Value {
    json!({"sub": "auth0|alice"})
}

#[tokio::test]
async fn every_algorithm_is_verified_with_a_key_of_its_kind() {
    let rsa = Signer::rsa_of_bits("rsa", 2048);
    let (p256, p384, ed25519) = (
        Signer::es256("p256", 1),
        Signer::es384("p384", 2),
        Signer::ed25519("ed", 3),
    );
    // Without alg and use, as some providers publish them.
    let keys: Vec<_> = [&rsa, &p256, &p384, &ed25519]
        .map(|signer| signer.jwk_without(&["alg", "use"]))
        .to_vec();
    for algorithm in Algorithm::ALL {
        let implementation = implementation(*algorithm);
        let signer = match algorithm {
            Algorithm::Es256 => &p256,
            Algorithm::Es384 => &p384,
            Algorithm::EdDsa => &ed25519,
            _ => &rsa,
        };
        let token = signer.with_algorithm(implementation).sign(&claims());
        let verified = verify(&keys, &token).await.unwrap();
        assert_eq!(verified.algorithm(), *algorithm);
        assert_eq!(verified.claims().required_string("sub"), Ok("auth0|alice"));
        assert_eq!(verified.key_id(), signer.kid);

        let mut forged = token.into_bytes();
        let middle = forged.len() - 20;
        forged[middle] = if forged[middle] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        assert!(
            matches!(verify(&keys, &forged).await, Err(VerifyError::BadSignature)),
            "{algorithm}"
        );
    }
}

#[tokio::test]
async fn unusable_entries_beside_the_key_are_left_out() {
    let signer = Signer::es256("key", 1);
    let mut encryption = Signer::es256("key", 2).jwk();
    encryption["use"] = json!("enc");
    let keys = [
        json!("not an object"),
        json!({}),
        json!({"kty": "XYZ", "kid": "key", "alg": "XYZ512"}),
        json!({"kty": "EC", "crv": "secp256k1", "kid": "key", "x": "AAAA", "y": "AAAA"}),
        json!({"kty": "OKP", "crv": "X25519", "kid": "key", "x": "AAAA"}),
        json!({"kty": "OKP", "crv": "Ed25519", "kid": "key", "alg": "EdDSA", "x": "AAAA"}),
        json!({"kty": "oct", "kid": "key", "alg": "HS256", "k": "c2VjcmV0"}),
        json!({"kty": "RSA", "kid": "key", "alg": "RSA-OAEP", "use": "enc", "n": "AQAB", "e": "AQAB"}),
        json!({"kty": "EC", "crv": "P-256", "kid": "key", "x": "A".repeat(43), "y": "A".repeat(43)}),
        encryption,
        signer.jwk(),
    ];
    verify(&keys, &signer.sign(&claims())).await.unwrap();
}

#[tokio::test]
async fn decoys_with_the_same_id_and_other_algorithms_are_passed_over() {
    let signer = Signer::es256("same", 1);
    let rsa = Signer::rsa_of_bits("same", 2048);
    let keys = [
        rsa.jwk(),
        rsa.with_algorithm(jsonwebtoken::Algorithm::PS256).jwk(),
        Signer::es384("same", 3).jwk(),
        Signer::ed25519("same", 4).jwk(),
        signer.jwk(),
    ];
    verify(&keys, &signer.sign(&claims())).await.unwrap();
    // The same key, listed once per algorithm, is one key.
    let pss = rsa.with_algorithm(jsonwebtoken::Algorithm::PS256);
    verify(&[rsa.jwk(), pss.jwk(), rsa.jwk()], &pss.sign(&claims()))
        .await
        .unwrap();
    verify(
        &[rsa.jwk_without(&["alg"]), rsa.jwk()],
        &rsa.sign(&claims()),
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn several_keys_with_the_id_and_the_algorithm_of_a_token_are_ambiguous() {
    let signer = Signer::es256("same", 1);
    let keys = [signer.jwk(), Signer::es256("same", 2).jwk()];
    assert!(matches!(
        verify(&keys, &signer.sign(&claims())).await,
        Err(VerifyError::AmbiguousKey)
    ));
}

#[tokio::test]
async fn a_token_without_a_key_id_is_checked_with_each_key_that_fits() {
    let anonymous = |seed| Signer::es256("", seed).with_kid(None);
    let signer = anonymous(3);
    verify(&[signer.jwk()], &signer.sign(&claims()))
        .await
        .unwrap();
    let several: Vec<_> = [1, 2, 3].map(|seed| anonymous(seed).jwk()).to_vec();
    verify(&several, &signer.sign(&claims())).await.unwrap();
    // Also where the keys have ids.
    verify(
        &[Signer::es256("a", 1).jwk(), Signer::es256("b", 3).jwk()],
        &signer.sign(&claims()),
    )
    .await
    .unwrap();
    assert!(matches!(
        verify(&several, &anonymous(9).sign(&claims())).await,
        Err(VerifyError::BadSignature)
    ));

    let many: Vec<_> = (1..=9).map(|seed| anonymous(seed).jwk()).collect();
    assert!(matches!(
        verify(&many, &signer.sign(&claims())).await,
        Err(VerifyError::AmbiguousKey)
    ));
}

#[tokio::test]
async fn a_token_with_a_key_id_is_checked_with_keys_that_have_none() {
    let signer = Signer::es256("named", 1);
    verify(&[signer.with_kid(None).jwk()], &signer.sign(&claims()))
        .await
        .unwrap();
    assert!(matches!(
        verify(
            &[signer.with_kid(Some("other")).jwk()],
            &signer.sign(&claims())
        )
        .await,
        Err(VerifyError::UnknownKey)
    ));
}

#[tokio::test]
async fn weak_private_and_symmetric_keys_are_not_used() {
    let good = Signer::es256("good", 1);
    let weak = Signer::rsa_of_bits("weak", 1024);
    assert!(matches!(
        verify(&[good.jwk(), weak.jwk()], &weak.sign(&claims())).await,
        Err(VerifyError::UnknownKey)
    ));

    let leaked = Signer::es256("leaked", 2);
    let mut private = leaked.jwk();
    private["d"] = json!("AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI");
    assert!(matches!(
        verify(&[good.jwk(), private], &leaked.sign(&claims())).await,
        Err(VerifyError::UnknownKey)
    ));
}

#[tokio::test]
async fn a_key_is_not_used_for_another_algorithm_than_it_declares() {
    let rsa = Signer::rsa_of_bits("key", 2048);
    let pss = rsa.with_algorithm(jsonwebtoken::Algorithm::PS256);
    assert!(matches!(
        verify(&[rsa.jwk()], &pss.sign(&claims())).await,
        Err(VerifyError::UnknownKey)
    ));
}
