//! Responses to valid, missing and invalid tokens.

use axum_auth0_bearer::Principal;
use http::StatusCode;
use serde_json::json;
use test_support::{Endpoint, NOW, Reply};

use super::request;
use crate::env::{API, TestEnv};

#[tokio::test]
async fn a_users_token_is_accepted_and_says_who_it_is() {
    let env = TestEnv::new().await;
    let token = env.verify(json!({})).await.unwrap();
    assert_eq!(
        (token.subject(), token.issuer(), token.client_id()),
        ("auth0|alice", env.fake.issuer(), "site")
    );
    assert_eq!(
        (token.principal(), token.expires_at()),
        (Principal::User, NOW + 36_000)
    );
    assert_eq!(
        token.scopes().collect::<Vec<_>>(),
        ["openid", "read:products"]
    );
    assert!(!format!("{token:?}").contains("alice"));

    let answered = request(
        &env.verifier,
        &[&format!("bearer {}", env.token(json!({})))],
    )
    .await;
    assert_eq!(
        (answered.status, answered.body),
        (StatusCode::OK, json!("auth0|alice"))
    );
}

#[tokio::test]
async fn a_request_without_a_token_gets_a_challenge_without_an_error() {
    let env = TestEnv::new().await;
    for headers in [&[][..], &["Basic YWxpY2U6c2VjcmV0"]] {
        let answered = request(&env.verifier, headers).await;
        assert_eq!(answered.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answered.challenge(), format!("Bearer realm=\"{API}\""));
        assert_eq!(answered.header("cache-control"), "no-store");
        assert_eq!(answered.body["error"], "unauthorized");
    }
    assert_eq!(env.fake.request_count(Endpoint::Keys), 0);
}

#[tokio::test]
async fn the_response_to_an_invalid_token_has_the_reason() {
    let env = TestEnv::new().await;
    let wrong = env.token(json!({"aud": "https://orders.example.com"}));
    let answered = request(&env.verifier, &[&format!("Bearer {wrong}")]).await;
    assert_eq!(answered.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        answered.challenge(),
        format!(
            "Bearer realm=\"{API}\", error=\"invalid_token\", error_description=\"the access token was not issued for this API: the claim aud does not name it\""
        )
    );
    assert_eq!(answered.header("cache-control"), "no-store");
    assert_eq!(
        answered.body,
        json!({"error": "invalid_token", "error_description": "the access token was not issued for this API: the claim aud does not name it"})
    );
}

#[tokio::test]
async fn the_response_to_an_opaque_token_says_what_is_missing() {
    let env = TestEnv::new().await;
    for opaque in [
        "0paque-t0ken_without-dots",
        "eyJhbGciOiJkaXIifQ..aaaa.bbbb.cccc",
    ] {
        let answered = request(&env.verifier, &[&format!("Bearer {opaque}")]).await;
        assert_eq!(answered.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answered.body["error"], "invalid_token");
        assert!(
            answered.body["error_description"]
                .as_str()
                .unwrap()
                .contains("without the audience of this API")
        );
    }
}

#[tokio::test]
async fn a_request_with_two_tokens_is_rejected() {
    let env = TestEnv::new().await;
    let token = format!("Bearer {}", env.token(json!({})));
    for headers in [
        &[token.as_str(), token.as_str()][..],
        &[&format!("{token}, {token}")],
        &["Bearer"],
    ] {
        let answered = request(&env.verifier, headers).await;
        assert_eq!(
            (answered.status, answered.body["error"].as_str()),
            (StatusCode::BAD_REQUEST, Some("invalid_request"))
        );
    }
}

#[tokio::test]
async fn a_missing_scope_is_forbidden_and_named() {
    let env = TestEnv::new().await;
    for scope in [
        json!(null),
        json!(""),
        json!("read"),
        json!("read:products:all"),
        json!("READ:products"),
        json!(["read:products "]),
        json!(["read:products write:products"]),
        json!([]),
        json!("xread:products"),
    ] {
        let token = env.token(json!({ "scope": scope }));
        let answered = request(&env.verifier, &[&format!("Bearer {token}")]).await;
        assert_eq!(answered.status, StatusCode::FORBIDDEN, "{scope}");
        let challenge = answered.challenge();
        assert!(
            challenge.contains("error=\"insufficient_scope\"")
                && challenge.ends_with("scope=\"read:products\""),
            "{challenge}"
        );
        assert_eq!(answered.body["error"], "insufficient_scope");
    }
}

#[tokio::test]
async fn while_the_keys_are_unavailable_the_response_is_503() {
    let env = TestEnv::new().await;
    env.fake.reply(Endpoint::Keys, Reply::status(500));
    let answered = request(
        &env.verifier,
        &[&format!("Bearer {}", env.token(json!({})))],
    )
    .await;
    assert_eq!(answered.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answered.challenge(), "");
    assert_eq!(answered.body["error"], "temporarily_unavailable");
}

#[tokio::test]
async fn a_header_of_64_kib_is_refused_without_asking_the_provider() {
    let env = TestEnv::new().await;
    let answered = request(
        &env.verifier,
        &[&format!("Bearer {}", "a.".repeat(32 * 1024))],
    )
    .await;
    assert_eq!(answered.status, StatusCode::UNAUTHORIZED);
    assert_eq!(env.fake.request_count(Endpoint::Keys), 0);
}
