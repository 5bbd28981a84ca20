//! Which tokens are introspected, and which responses accept them.

use std::time::Duration;

use axum_auth0_bearer::{BearerErrorKind, Principal};
use serde_json::json;
use test_support::{NOW, Reply};

use super::{PATH, TOKEN, active, error, introspections, start};
use crate::env::{API, TestEnv};

#[tokio::test]
async fn an_active_token_is_accepted_and_says_who_it_is() {
    let env = start().await;
    env.fake.reply_at(
        PATH,
        active(json!({ "iss": env.fake.issuer(), "permissions": ["a"], "auth_time": NOW })),
    );
    let token = env.verifier.verify(TOKEN).await.unwrap();
    assert_eq!(
        (token.subject(), token.client_id(), token.issuer()),
        ("auth0|alice", "site", env.fake.issuer())
    );
    assert_eq!(
        (token.principal(), token.expires_at()),
        (Principal::User, NOW + 3600)
    );
    assert!(token.require_scope("read:products").is_ok());
    assert!(token.require_scope("write:products").is_err());
    assert!(token.require_permission("a").is_ok());
    assert!(token.require_recent_auth(Duration::from_mins(1)).is_ok());
}

#[tokio::test]
async fn the_api_authenticates_and_sends_the_token_in_the_body() {
    let env = start().await;
    env.fake.reply_at(PATH, active(json!({})));
    env.verifier.verify(TOKEN).await.unwrap();
    let requests = env.fake.requests(test_support::Endpoint::Unknown);
    let request = requests.first().unwrap();
    assert_eq!(request.path, PATH);
    assert_eq!(request.get("token"), Some(TOKEN));
    assert_eq!(request.get("token_type_hint"), Some("access_token"));
    assert_eq!(request.get("client_secret"), None);
    // The secret has characters that RFC 6749 §2.3.1 encodes: canary+client/secret%with:signs
    assert_eq!(
        request.authorization.as_deref(),
        Some(
            "Basic bGVwdG9zLWF1dGgwLXNhbXBsZTpjYW5hcnklMkJjbGllbnQlMkZzZWNyZXQlMjV3aXRoJTNBc2lnbnM="
        )
    );
    let shown = format!("{:?}", env.verifier);
    assert!(!shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn a_jwt_is_verified_with_the_keys_and_not_introspected() {
    let env = start().await;
    env.fake.reply_at(PATH, active(json!({})));
    env.verified(json!({})).await;
    let forged = env.token(json!({ "iss": "https://evil.example.com/" }));
    assert_eq!(env.rejected(&forged).await, BearerErrorKind::WrongIssuer);
    assert_eq!(introspections(&env), 0);
}

#[tokio::test]
async fn without_introspection_an_opaque_token_is_rejected() {
    let env = TestEnv::new().await;
    assert_eq!(env.rejected(TOKEN).await, BearerErrorKind::OpaqueToken);
}

#[tokio::test]
async fn a_token_that_is_not_active_is_rejected() {
    let response = Reply::Json(200, json!({ "active": false, "sub": "auth0|alice" }));
    assert_eq!(error(response).await, BearerErrorKind::NotActive);
}

#[tokio::test]
async fn only_a_response_that_says_active_for_certain_is_accepted() {
    for response in [
        json!({}),
        json!({ "active": "true" }),
        json!({ "active": 1 }),
        json!({ "active": null }),
        json!([true]),
        json!(true),
    ] {
        let mut full = json!({ "sub": "alice", "client_id": "site", "aud": API, "exp": NOW + 60 });
        if let (Some(full), Some(given)) = (full.as_object_mut(), response.as_object()) {
            full.extend(given.clone());
        } else {
            full = response.clone();
        }
        assert_eq!(
            error(Reply::Json(200, full)).await,
            BearerErrorKind::IntrospectionUnavailable,
            "{response}"
        );
    }
}

#[tokio::test]
async fn the_response_must_be_for_this_api_and_from_this_issuer() {
    for (changes, kind) in [
        (
            json!({ "aud": "https://orders.example.com" }),
            BearerErrorKind::WrongAudience,
        ),
        (
            json!({ "aud": [format!("{API}/")] }),
            BearerErrorKind::WrongAudience,
        ),
        (json!({ "aud": null }), BearerErrorKind::MalformedToken),
        (json!({ "aud": 5 }), BearerErrorKind::MalformedToken),
        (
            json!({ "iss": "https://evil.example.com/" }),
            BearerErrorKind::WrongIssuer,
        ),
        (
            json!({ "client_id": null }),
            BearerErrorKind::MalformedToken,
        ),
        (json!({ "exp": null }), BearerErrorKind::MalformedToken),
        (
            json!({ "exp": "tomorrow" }),
            BearerErrorKind::MalformedToken,
        ),
        (json!({ "exp": NOW - 30 }), BearerErrorKind::Expired),
        (json!({ "nbf": NOW + 31 }), BearerErrorKind::NotYetValid),
        (json!({ "iat": NOW + 31 }), BearerErrorKind::NotYetValid),
        (json!({ "scope": 5 }), BearerErrorKind::MalformedToken),
        (json!({ "act": "carol" }), BearerErrorKind::MalformedToken),
        (
            json!({ "cnf": { "jkt": "thumbprint" } }),
            BearerErrorKind::SenderConstrained,
        ),
        (
            json!({ "token_type": "DPoP" }),
            BearerErrorKind::SenderConstrained,
        ),
        // The endpoint answers for refresh tokens and ID tokens as well.
        (
            json!({ "token_use": "refresh_token" }),
            BearerErrorKind::NotAnAccessToken,
        ),
        (
            json!({ "typ": "Refresh" }),
            BearerErrorKind::NotAnAccessToken,
        ),
        (json!({ "typ": "ID" }), BearerErrorKind::NotAnAccessToken),
        (
            json!({ "sub": "site" }),
            BearerErrorKind::ClientCredentialsNotAllowed,
        ),
        (
            json!({ "sub": null }),
            BearerErrorKind::ClientCredentialsNotAllowed,
        ),
    ] {
        assert_eq!(error(active(changes.clone())).await, kind, "{changes}");
    }
}
