//! Several issuers with settings of their own.

use axum_auth0_bearer::{BearerErrorKind, ClaimNames, TrustedIssuer, jwt::Algorithm};
use serde_json::json;
use test_support::Signer;

use crate::env::TestEnv;

const OTHER_API: &str = "https://other.example.com/products";

/// An API that trusts a second issuer with another audience, other algorithms and other claims.
async fn two_issuers() -> (TestEnv, TestEnv) {
    let main = TestEnv::new().await;
    // The key has the same identifier as the key of the first issuer.
    let other = TestEnv::with_signer(Signer::es256("key", 2)).await;
    let trusted = TrustedIssuer::new(other.fake.client().0)
        .audience(OTHER_API)
        .algorithms(&[Algorithm::Es256])
        .claim_names(ClaimNames::default().roles("groups"));
    let verifier = main.verifier.clone().trust(trusted);
    (TestEnv { verifier, ..main }, other)
}

#[tokio::test]
async fn a_token_of_one_issuer_with_the_key_of_another_is_refused() {
    let (main, other) = two_issuers().await;
    let of_main = main.claims(json!({}));
    let of_other = other.claims(json!({ "aud": OTHER_API }));
    assert!(
        main.verifier
            .verify(&main.signer.sign(&of_main))
            .await
            .is_ok()
    );
    let verified = main.verifier.verify(&other.signer.sign(&of_other)).await;
    assert_eq!(verified.unwrap().issuer(), other.fake.issuer());
    for forged in [other.signer.sign(&of_main), main.signer.sign(&of_other)] {
        assert_eq!(
            main.rejected(&forged).await,
            BearerErrorKind::WrongSignature
        );
    }
}

#[tokio::test]
async fn the_audience_of_an_issuer_counts_for_its_tokens_only() {
    let (main, other) = two_issuers().await;
    let crossed = [
        main.token(json!({ "aud": OTHER_API })),
        other.token(json!({})),
    ];
    for token in crossed {
        assert_eq!(main.rejected(&token).await, BearerErrorKind::WrongAudience);
    }
}

#[tokio::test]
async fn the_algorithms_of_an_issuer_count_for_its_tokens_only() {
    let (main, other) = two_issuers().await;
    let only_rs256 = main.verifier.clone().algorithms(&[Algorithm::Rs256]);
    let of_other = other.token(json!({ "aud": OTHER_API }));
    assert!(only_rs256.verify(&of_other).await.is_ok());
    let error = only_rs256.verify(&main.token(json!({}))).await.unwrap_err();
    assert_eq!(error.kind(), &BearerErrorKind::WrongSignature);

    let strict = TrustedIssuer::new(other.fake.client().0)
        .audience(OTHER_API)
        .algorithms(&[Algorithm::Rs256]);
    let verifier = TestEnv::new().await.verifier.trust(strict);
    let error = verifier.verify(&of_other).await.unwrap_err();
    assert_eq!(error.kind(), &BearerErrorKind::WrongSignature);
}

#[tokio::test]
async fn the_claim_names_of_an_issuer_count_for_its_tokens_only() {
    let (main, other) = two_issuers().await;
    let claims = json!({ "aud": OTHER_API, "groups": ["manager"], "roles": ["owner"] });
    let of_other = main.verifier.verify(&other.token(claims)).await.unwrap();
    assert_eq!(of_other.roles().collect::<Vec<_>>(), ["manager"]);
    let claims = json!({ "groups": ["manager"], "roles": ["owner"] });
    let of_main = main.verified(claims).await;
    assert_eq!(of_main.roles().collect::<Vec<_>>(), ["owner"]);
}
