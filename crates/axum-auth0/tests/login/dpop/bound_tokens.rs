//! Tokens must be bound, and sessions from before or after the switch.

use http::StatusCode;
use serde_json::{Value, json};
use test_support::{Endpoint, Part, log_capture};

use super::{HOUR, env, only, proof};
use crate::app::TestEnv;

type Change = fn(&mut Value);

/// RFC 9449 §5: a client must not use a token that is not bound although it sent a proof.
#[tokio::test]
async fn a_provider_that_ignores_the_proof_fails_the_login_with_a_diagnosis() {
    let env = env().await;
    env.provider.policy(|policy| policy.dpop = false);
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 500, "bearer token")
        .await;
    for part in ["AUTH0_DPOP", "bearer token", "Sender-Constraining"] {
        assert!(response.body.contains(part), "{part}: {}", response.body);
    }
    assert!(log_capture::captured().contains("code=\"dpop_ignored\""));
}

#[tokio::test]
async fn the_token_type_is_read_in_any_case() {
    for token_type in ["dpop", "DPOP", "DPoP"] {
        let env = env().await;
        env.provider
            .modify(Part::ExchangeResponse, move |response| {
                response["token_type"] = json!(token_type);
            });
        let mut browser = env.browser();
        browser.log_in(&env.provider, "alice").await;
        env.token(&mut browser).await;
    }
}

#[tokio::test]
async fn a_token_that_is_not_bound_to_the_key_is_not_used() {
    let cases: [(&str, Change); 4] = [
        ("no cnf", |claims| {
            claims.as_object_mut().unwrap().remove("cnf");
        }),
        ("another key", |claims| {
            claims["cnf"]["jkt"] = json!("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
        }),
        ("no jkt", |claims| {
            claims["cnf"] = json!({ "x5t#S256": "x" });
        }),
        ("a number", |claims| {
            claims["cnf"] = json!({ "jkt": 7 });
        }),
    ];
    for (case, change) in cases {
        let env = env().await;
        env.provider.modify(Part::AccessToken, change);
        let mut browser = env.browser();
        browser.log_in(&env.provider, "alice").await;
        let response = browser.get("/token").await;
        assert_eq!(
            response.status,
            StatusCode::INTERNAL_SERVER_ERROR,
            "{case}: {}",
            response.body
        );
        assert_eq!(response.json()["code"], "dpop_ignored", "{case}");
    }
}

/// A refresh that yields a bearer token keeps the new refresh token and is refused.
#[tokio::test]
async fn a_refresh_without_a_bound_token_is_refused_and_loses_no_refresh_token() {
    let env = env().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    env.provider.policy(|policy| policy.dpop = false);
    let response = browser.get("/token").await;
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(response.json()["code"], "dpop_ignored");
    env.provider.policy(|policy| policy.dpop = true);
    env.clock.advance(10 * 60);
    env.token(&mut browser).await;
    assert_eq!(env.provider.revoked_families(), 0);
}

/// The session continues: its next token is bound to a key that it gets then.
#[tokio::test]
async fn a_session_from_before_the_switch_gets_a_key_at_its_next_token() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    assert_eq!(env.token(&mut browser).await["cnf"], Value::Null);
    let router = env.restarted(&[("AUTH0_DPOP", Some("true"))]).await;
    let mut browser = browser.with_router(&router);
    // The cached bearer token is still valid, and not used any more.
    let token = env.token(&mut browser).await;
    let first = proof(&only(&env, Endpoint::Refresh));
    assert_eq!(token["cnf"]["jkt"], first.jkt.as_str());
    assert_eq!(env.token(&mut browser).await, token);
    env.clock.advance(2 * HOUR);
    env.token(&mut browser).await;
    let proofs: Vec<_> = env.provider.requests(Endpoint::Refresh);
    assert_eq!(proofs.len(), 2);
    assert_eq!(proof(&proofs[1]).jkt, first.jkt, "the key is stored");
}

/// Without a refresh token, the user has to log in.
#[tokio::test]
async fn a_session_without_a_refresh_token_does_not_outlive_the_switch() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.offline_access = test_support::OfflineAccess::Never);
    let mut browser = env.logged_in("alice").await;
    env.token(&mut browser).await;
    let router = env.restarted(&[("AUTH0_DPOP", Some("true"))]).await;
    let mut browser = browser.with_router(&router);
    assert_ne!(browser.get("/token").await.status, StatusCode::OK);
}

/// A login is never downgraded: it keeps its key until it ends.
#[tokio::test]
async fn a_session_with_a_key_keeps_it_after_the_switch_is_off() {
    let env = env().await;
    let mut browser = env.logged_in("alice").await;
    let token = env.token(&mut browser).await;
    let router = env.restarted(&[("AUTH0_DPOP", None)]).await;
    let mut browser = browser.with_router(&router);
    assert_eq!(env.token(&mut browser).await, token);
    env.clock.advance(2 * HOUR);
    let refreshed = env.token(&mut browser).await;
    assert_eq!(refreshed["cnf"], token["cnf"]);
}

/// The browser could not use a bound token.
#[tokio::test]
async fn the_access_token_route_returns_no_bound_token() {
    let exposed = (
        "AUTH0_EXPOSE_ACCESS_TOKENS_FOR",
        Some("https://products.example.com"),
    );
    let env = env().await;
    let browser = env.logged_in("alice").await;
    let router = env.restarted(&[("AUTH0_DPOP", None), exposed]).await;
    let mut browser = browser.with_router(&router);
    let script = [
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-mode", "cors"),
        ("sec-fetch-dest", "empty"),
    ];
    let response = browser.fetch("/auth/access-token", &script).await;
    assert_eq!(response.status, StatusCode::FORBIDDEN, "{}", response.body);
    assert_eq!(response.json()["error"]["code"], "token_bound_to_key");
}
