//! The claims of an access token, one by one.

use axum_auth0_bearer::{BearerErrorKind, Principal};
use serde_json::json;
use test_support::NOW;

use crate::env::{API, TestEnv};

#[tokio::test]
async fn only_the_audience_of_this_api_is_accepted() {
    let env = TestEnv::new().await;
    assert!(env.verify(json!({"aud": API})).await.is_ok());
    assert!(env.verify(json!({"aud": [API]})).await.is_ok());
    let userinfo = format!("{}userinfo", env.fake.issuer());
    assert!(env.verify(json!({"aud": [API, userinfo]})).await.is_ok());
    for aud in [
        json!("https://orders.example.com"),
        json!(format!("{API}/")),
        json!(API.to_uppercase()),
        json!(&API[..API.len() - 1]),
        json!(format!("{API} {API}")),
        json!(["https://orders.example.com"]),
        json!(format!(" {API}")),
    ] {
        assert_eq!(
            env.rejection_kind(json!({ "aud": aud })).await,
            Some(BearerErrorKind::WrongAudience),
            "{aud}"
        );
    }
    for aud in [
        json!(null),
        json!([]),
        json!(""),
        json!(1),
        json!([API, 1]),
        json!({API: true}),
        json!([[API]]),
    ] {
        assert_eq!(
            env.rejection_kind(json!({ "aud": aud })).await,
            Some(BearerErrorKind::MalformedToken),
            "{aud}"
        );
    }
}

#[tokio::test]
async fn only_the_configured_issuer_is_accepted() {
    let env = TestEnv::new().await;
    for iss in [
        json!(env.fake.base()),
        json!(format!("{}1", env.fake.issuer())),
        json!("https://evil.example.com/"),
    ] {
        assert_eq!(
            env.rejection_kind(json!({ "iss": iss })).await,
            Some(BearerErrorKind::WrongIssuer),
            "{iss}"
        );
    }
    assert_eq!(
        env.rejection_kind(json!({"iss": null})).await,
        Some(BearerErrorKind::MalformedToken)
    );
    assert_eq!(
        env.rejection_kind(json!({"iss": [env.fake.issuer()]}))
            .await,
        Some(BearerErrorKind::MalformedToken)
    );
}

#[tokio::test]
async fn times_are_numbers_and_checked_with_a_small_leeway() {
    let env = TestEnv::new().await;
    assert!(env.verify(json!({"exp": NOW - 29})).await.is_ok());
    assert_eq!(
        env.rejection_kind(json!({"exp": NOW - 30})).await,
        Some(BearerErrorKind::Expired)
    );
    assert!(env.verify(json!({"exp": 1_767_225_610.5})).await.is_ok());
    assert!(env.verify(json!({"iat": NOW + 30})).await.is_ok());
    assert_eq!(
        env.rejection_kind(json!({"iat": NOW + 31})).await,
        Some(BearerErrorKind::NotYetValid)
    );
    assert!(env.verify(json!({"nbf": NOW + 30})).await.is_ok());
    assert_eq!(
        env.rejection_kind(json!({"nbf": NOW + 31})).await,
        Some(BearerErrorKind::NotYetValid)
    );
    assert_eq!(
        env.rejection_kind(json!({"exp": -1})).await,
        Some(BearerErrorKind::Expired)
    );
    for claim in ["exp", "iat", "nbf"] {
        for value in [
            json!("9999999999"),
            json!(true),
            json!([NOW]),
            json!({}),
            json!(1e308),
            json!(i64::MAX),
        ] {
            assert_eq!(
                env.rejection_kind(json!({ claim: value })).await,
                Some(BearerErrorKind::MalformedToken),
                "{claim} {value}"
            );
        }
    }
    assert_eq!(
        env.rejection_kind(json!({"exp": null})).await,
        Some(BearerErrorKind::MalformedToken)
    );
    assert_eq!(
        env.rejection_kind(json!({"iat": null})).await,
        Some(BearerErrorKind::MalformedToken)
    );

    let generous = env
        .verifier
        .clone()
        .leeway(std::time::Duration::from_hours(1));
    let expired = |seconds: i64| env.token(json!({"exp": NOW - seconds}));
    assert!(generous.verify(&expired(59)).await.is_ok());
    assert!(generous.verify(&expired(60)).await.is_err());
}

#[tokio::test]
async fn a_subject_is_text_of_at_most_255_characters() {
    let env = TestEnv::new().await;
    assert!(env.verify(json!({"sub": "s".repeat(255)})).await.is_ok());
    for sub in [
        json!(null),
        json!(""),
        json!(7),
        json!(["auth0|alice"]),
        json!("s".repeat(256)),
        json!("s".repeat(4096)),
    ] {
        assert_eq!(
            env.rejection_kind(json!({ "sub": sub })).await,
            Some(BearerErrorKind::MalformedToken),
            "{sub}"
        );
    }
}

#[tokio::test]
async fn a_token_that_is_bound_to_a_key_is_no_bearer_token() {
    let env = TestEnv::new().await;
    for cnf in [
        json!({"jkt": "thumbprint"}),
        json!({"x5t#S256": "thumbprint"}),
        json!({}),
        json!("odd"),
    ] {
        assert_eq!(
            env.rejection_kind(json!({ "cnf": cnf })).await,
            Some(BearerErrorKind::SenderConstrained)
        );
    }
}

#[tokio::test]
async fn tokens_of_an_application_need_an_opt_in() {
    let env = TestEnv::new().await;
    let serving = TestEnv {
        verifier: env.verifier.clone().allow_client_credentials(),
        ..TestEnv::new().await
    };
    for changes in [
        json!({"sub": "site@clients", "gty": "client-credentials"}),
        json!({"sub": "site@clients"}),
        json!({"sub": "site"}),
        json!({"sub": "site", "client_id": "site", "azp": null}),
        json!({"sub": "another", "gty": "client-credentials"}),
    ] {
        assert_eq!(
            env.rejection_kind(changes.clone()).await,
            Some(BearerErrorKind::ClientCredentialsNotAllowed),
            "{changes}"
        );
        let token = env.token(changes);
        assert_eq!(
            serving.verifier.verify(&token).await.unwrap().principal(),
            Principal::Client
        );
    }
    assert_eq!(
        env.verify(json!({"sub": "other@clients"}))
            .await
            .unwrap()
            .principal(),
        Principal::User
    );
}
