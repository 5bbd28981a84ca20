//! What the response of the provider means for the session.

use http::StatusCode;
use serde_json::json;
use test_support::{Endpoint, Part, Reply, Rotation};

use super::HOUR;
use crate::app::TestEnv;

/// Without rotation the old refresh token stays; with rotation the new one replaces it.
#[tokio::test]
async fn refresh_tokens_are_kept_or_rotated_as_the_provider_says() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.rotation = Rotation::Never);
    let mut browser = env.logged_in("alice").await;
    for _ in 0..3 {
        env.clock.advance(2 * HOUR);
        env.token(&mut browser).await;
    }
    let used: Vec<_> = env
        .provider
        .requests(Endpoint::Refresh)
        .iter()
        .map(|request| request.get("refresh_token").unwrap().to_owned())
        .collect();
    assert_eq!(used.len(), 3);
    assert!(used.iter().all(|token| *token == used[0]));

    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for _ in 0..3 {
        env.clock.advance(2 * HOUR);
        env.token(&mut browser).await;
    }
    let mut used: Vec<_> = env
        .provider
        .requests(Endpoint::Refresh)
        .iter()
        .map(|request| request.get("refresh_token").unwrap().to_owned())
        .collect();
    used.dedup();
    assert_eq!(used.len(), 3);
}

#[tokio::test]
async fn a_failed_refresh_ends_the_session_only_on_invalid_grant() {
    for (case, reply, status, kept) in [
        (
            "invalid_grant",
            Reply::error(400, "invalid_grant"),
            401,
            false,
        ),
        (
            "invalid_grant with 403, as Auth0 responds",
            Reply::error(403, "invalid_grant"),
            401,
            false,
        ),
        (
            "invalid_client",
            Reply::error(401, "invalid_client"),
            500,
            true,
        ),
        (
            "invalid_target",
            Reply::error(400, "invalid_target"),
            500,
            true,
        ),
        (
            "an unregistered error",
            Reply::error(400, "unregistered_code"),
            503,
            true,
        ),
        (
            "temporarily_unavailable",
            Reply::error(400, "temporarily_unavailable"),
            503,
            true,
        ),
        (
            "plain text 403",
            Reply::text(403, "text/plain", "Forbidden"),
            503,
            true,
        ),
        ("empty 400", Reply::status(400), 503, true),
        ("429", Reply::busy(429, "30"), 503, true),
        ("503", Reply::busy(503, "30"), 503, true),
        ("HTML 500", Reply::html(500), 503, true),
        (
            "invalid_grant with 500",
            Reply::error(500, "invalid_grant"),
            503,
            true,
        ),
        ("HTML 200", Reply::html(200), 503, true),
        ("empty 200", Reply::status(200), 503, true),
        ("truncated", Reply::Truncated, 503, true),
    ] {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        env.clock.advance(2 * HOUR);
        env.provider.reply(Endpoint::Refresh, reply);
        let response = browser.get("/token").await;
        assert_eq!(
            response.status.as_u16(),
            status,
            "{case}: {}",
            response.body
        );
        assert_eq!(env.store.logins().await.len(), usize::from(kept), "{case}");
        let waits = matches!(case, "429" | "503");
        assert_eq!(
            response.header("retry-after") == Some("30"),
            waits,
            "{case}"
        );
        env.provider.recover(Endpoint::Refresh);
        env.clock.advance(30);
        let again = browser.get_json("/token").await.status.as_u16();
        assert_eq!(again, if kept { 200 } else { 401 }, "{case}");
    }
}

#[tokio::test]
async fn unusual_refresh_responses_are_accepted() {
    for (case, member, value) in [
        ("the same refresh token", "refresh_token", None),
        ("no expires_in", "expires_in", Some(json!(null))),
        ("expires_in as a string", "expires_in", Some(json!("3600"))),
        ("no scope", "scope", Some(json!(null))),
        ("no ID token", "id_token", Some(json!(null))),
    ] {
        let env = TestEnv::new().await;
        env.provider
            .policy(|policy| policy.rotation = Rotation::Never);
        let mut browser = env.logged_in("alice").await;
        env.provider.modify(Part::RefreshResponse, move |response| {
            if let Some(value) = &value {
                response[member] = value.clone();
            }
        });
        for _ in 0..2 {
            env.clock.advance(2 * HOUR);
            let response = browser.get("/token").await;
            assert_eq!(response.status, StatusCode::OK, "{case}: {}", response.body);
        }
        assert_eq!(env.provider.request_count(Endpoint::Refresh), 2, "{case}");
    }
}

/// A provider that keeps issuing the wrong token is not asked at every call, but again after half a minute.
#[tokio::test]
async fn a_rejected_token_is_not_requested_again_for_a_while() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::AccessToken, |claims| {
        claims["aud"] = json!("https://other.example.com");
    });
    let mut browser = env.logged_in("alice").await;
    for _ in 0..5 {
        assert_eq!(
            browser.get("/token").await.json()["code"],
            "default_audience"
        );
    }
    assert_eq!(
        env.provider.request_count(Endpoint::Refresh),
        0,
        "the login has issued it"
    );
    env.clock.advance(30);
    for _ in 0..5 {
        assert_eq!(
            browser.get("/token").await.json()["code"],
            "default_audience"
        );
    }
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
    env.provider.reset(Part::AccessToken);
    env.clock.advance(30);
    env.token(&mut browser).await;
}

/// After the refresh token is revoked, the access token is valid until it expires.
#[tokio::test]
async fn a_revoked_refresh_token_ends_the_session_with_its_access_token() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let cached = env.token(&mut browser).await;
    assert_eq!(browser.get("/token/revoke").await.body, "revoked");
    assert_eq!(env.provider.request_count(Endpoint::Revocation), 1);
    assert_eq!(env.provider.revoked_families(), 1);
    assert_eq!(env.token(&mut browser).await, cached);
    assert_eq!(
        browser.get("/token/revoke").await.body,
        "revoked",
        "nothing is left to do"
    );
    env.clock.advance(2 * HOUR);
    // Not a misconfiguration: the application revoked it.
    let response = browser.get("/token").await;
    assert_eq!(
        response.status,
        StatusCode::UNAUTHORIZED,
        "{}",
        response.body
    );
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 0);

    // It is used until it expires: there is no refresh token to refresh it ahead of that.
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let cached = env.token(&mut browser).await;
    browser.get("/token/revoke").await;
    env.clock.advance(HOUR - 1);
    assert_eq!(env.token(&mut browser).await, cached);

    // If the provider is down, the refresh token is kept.
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.provider.reply(Endpoint::Revocation, Reply::status(503));
    assert_ne!(browser.get("/token/revoke").await.body, "revoked");
    env.clock.advance(2 * HOUR);
    env.token(&mut browser).await;
}
