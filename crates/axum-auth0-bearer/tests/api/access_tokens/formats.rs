//! Profiles of access tokens, other kinds of tokens, and signatures.

use axum_auth0_bearer::{BearerErrorKind, Profile};
use serde_json::json;
use test_support::Signer;

use crate::env::{API, TestEnv};

#[tokio::test]
async fn other_kinds_of_tokens_are_not_access_tokens() {
    let env = TestEnv::new().await;
    for (name, changes) in [
        ("an ID token with a nonce", json!({"nonce": "n"})),
        ("an ID token with a hash", json!({"at_hash": "h"})),
        (
            "an ID token whose audience is the client and the API",
            json!({"aud": ["site", API]}),
        ),
        (
            "a logout token",
            json!({"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}),
        ),
        (
            "a DPoP proof",
            json!({"htm": "GET", "htu": "https://products.example.com/products"}),
        ),
    ] {
        assert_eq!(
            env.rejection_kind(changes).await,
            Some(BearerErrorKind::NotAnAccessToken),
            "{name}"
        );
    }
    assert_eq!(
        env.rejection_kind(json!({"aud": "site"})).await,
        Some(BearerErrorKind::WrongAudience)
    );
    for typ in [
        "",
        "logout+jwt",
        "dpop+jwt",
        "application/logout+jwt",
        "id+jwt",
        "JWT ",
        "at+jwt+x",
        "application/",
    ] {
        assert_eq!(
            env.verify_as(typ, json!({})).await.err(),
            Some(BearerErrorKind::NotAnAccessToken),
            "{typ}"
        );
    }
    let untyped = env.signer.sign_text(
        r#"{"alg":"ES256","kid":"key"}"#,
        &env.claims(json!({})).to_string(),
    );
    assert_eq!(
        env.verifier.verify(&untyped).await.unwrap_err().kind(),
        &BearerErrorKind::NotAnAccessToken
    );
}

#[tokio::test]
async fn the_default_profile_accepts_both_token_formats_of_auth0() {
    let env = TestEnv::new().await;
    for typ in [
        "JWT",
        "jwt",
        "at+jwt",
        "AT+JWT",
        "application/at+jwt",
        "Application/AT+jwt",
    ] {
        assert!(
            env.verify_as(typ, json!({"client_id": "site", "jti": "1"}))
                .await
                .is_ok(),
            "{typ}"
        );
    }
    assert_eq!(
        env.rejection_kind(json!({"azp": null})).await,
        Some(BearerErrorKind::MalformedToken)
    );
    assert_eq!(
        env.rejection_kind(json!({"azp": 5})).await,
        Some(BearerErrorKind::MalformedToken)
    );
    assert_eq!(
        env.rejection_kind(json!({"client_id": "", "azp": null}))
            .await,
        Some(BearerErrorKind::MalformedToken)
    );
    // An empty claim is an absent one: the next one counts.
    let token = env.verify(json!({"client_id": ""})).await.unwrap();
    assert_eq!(token.client_id(), "site");
}

#[tokio::test]
async fn the_profile_of_rfc_9068_requires_all_of_its_claims() {
    let mut env = TestEnv::new().await;
    env.verifier = env.verifier.clone().profile(Profile::Rfc9068);
    let complete = json!({"client_id": "site", "jti": "1", "azp": null});
    for typ in ["at+jwt", "AT+jwt", "application/at+jwt"] {
        assert!(env.verify_as(typ, complete.clone()).await.is_ok(), "{typ}");
    }
    assert_eq!(
        env.verify_as("JWT", complete).await.err(),
        Some(BearerErrorKind::NotAnAccessToken)
    );
    for changes in [
        json!({"client_id": "site"}),
        json!({"jti": "1"}),
        json!({"client_id": "site", "jti": ""}),
        json!({"client_id": "site", "jti": 1}),
    ] {
        assert_eq!(
            env.verify_as("at+jwt", changes.clone()).await.err(),
            Some(BearerErrorKind::MalformedToken),
            "{changes}"
        );
    }
}

#[tokio::test]
async fn forged_tokens_and_other_algorithms_are_rejected() {
    let env = TestEnv::new().await;
    let forged = Signer::es256("key", 66).sign(&env.claims(json!({})));
    assert_eq!(
        env.verifier.verify(&forged).await.unwrap_err().kind(),
        &BearerErrorKind::WrongSignature
    );
    let narrow = env
        .verifier
        .clone()
        .algorithms(&[axum_auth0_bearer::jwt::Algorithm::Rs256]);
    let good = env.token(json!({}));
    assert_eq!(
        narrow.verify(&good).await.unwrap_err().kind(),
        &BearerErrorKind::WrongSignature
    );
}
