//! Refreshes during which a connection, a store or a session ends.

use http::StatusCode;
use serde_json::json;
use test_support::{Endpoint, Part, Rotation};

use super::HOUR;
use crate::app::TestEnv;

#[tokio::test]
async fn a_refresh_survives_a_response_that_fails() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for round in 1..=3 {
        env.clock.advance(2 * HOUR);
        assert_eq!(
            browser.get("/failing").await.status,
            StatusCode::BAD_GATEWAY
        );
        assert_eq!(env.provider.request_count(Endpoint::Refresh), round);
    }
    env.token(&mut browser).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 3);
    assert_eq!(env.provider.revoked_families(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_survives_a_client_that_hangs_up() {
    let env = TestEnv::new().await;
    let browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    let gate = env.provider.gate(Endpoint::Refresh);
    let mut tab = browser.clone();
    let call = tokio::spawn(async move { tab.get("/token").await });
    env.provider.wait_for_requests(Endpoint::Refresh, 1).await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    gate.release_all();
    // The next request finds the result or waits for it.
    env.token(&mut browser.clone()).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
    env.clock.advance(2 * HOUR);
    env.token(&mut browser.clone()).await;
    assert_eq!(env.provider.revoked_families(), 0);
}

/// The provider rotated the refresh token and its response was lost. One login follows, not a loop.
#[tokio::test]
async fn a_lost_response_costs_one_login() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    env.provider
        .modify(Part::RefreshResponse, |response| *response = json!("lost"));
    let response = browser.get("/token").await;
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        browser.whoami().await,
        "auth0|alice",
        "the outcome is not known yet"
    );
    env.provider.reset(Part::RefreshResponse);
    env.clock.advance(2);
    assert_eq!(
        browser.get_json("/token").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(browser.whoami().await, "anonymous");
    browser.log_in(&env.provider, "alice").await;
    env.clock.advance(2 * HOUR);
    env.token(&mut browser).await;
}

/// The store fails while the new refresh token is saved.
#[tokio::test]
async fn saving_a_new_refresh_token_is_retried() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    env.store.fail_swaps(1);
    env.token(&mut browser).await;
    env.clock.advance(2 * HOUR);
    env.token(&mut browser).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 2);
    assert_eq!(env.provider.revoked_families(), 0);
}

/// The store is away for longer than a few attempts, as during a restart of a database.
#[tokio::test]
async fn a_new_refresh_token_survives_an_outage_of_the_store() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    env.store.fail_swaps(8);
    env.token(&mut browser).await;
    env.clock.advance(2 * HOUR);
    env.token(&mut browser).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 2);
    assert_eq!(env.provider.revoked_families(), 0);
}

/// A refresh does not restore a session that was logged out. Its tokens are revoked.
#[tokio::test(flavor = "multi_thread")]
async fn a_logout_during_a_refresh_wins() {
    let env = TestEnv::new().await;
    let browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    let gate = env.provider.gate(Endpoint::Refresh);
    let mut tab = browser.clone();
    let call = tokio::spawn(async move { tab.get("/token").await });
    env.provider.wait_for_requests(Endpoint::Refresh, 1).await;
    let mut other = browser.clone();
    let response = other.post("/auth/logout", "").await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    gate.release_all();
    assert_eq!(call.await.unwrap().status, StatusCode::UNAUTHORIZED);
    assert!(env.store.logins().await.is_empty());
    assert!(env.store.records().await.is_empty());
    assert_eq!(browser.clone().whoami().await, "anonymous");
    let revoked = env.provider.requests(Endpoint::Revocation);
    let tokens: Vec<_> = revoked.iter().map(|request| request.get("token")).collect();
    assert_eq!(tokens.len(), 2, "the old refresh token and the new one");
    assert_ne!(tokens[0], tokens[1]);
}

/// The connection is lost, so it is unknown whether the refresh token was consumed. It is presented once more, at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_retried_once_with_the_same_refresh_token() {
    for (case, rotation, status) in [
        (
            "the provider keeps refresh tokens",
            Rotation::Never,
            StatusCode::OK,
        ),
        // It was consumed, and the provider detects reuse. This case is unavoidable.
        (
            "the provider rotates them",
            Rotation::Strict,
            StatusCode::UNAUTHORIZED,
        ),
    ] {
        let env = TestEnv::new().await;
        env.provider.policy(|policy| policy.rotation = rotation);
        let mut browser = env.logged_in("alice").await;
        env.clock.advance(2 * HOUR);
        env.provider.truncate_next(Endpoint::Refresh);
        let response = browser.get("/token").await;
        assert_eq!(response.status, status, "{case}: {}", response.body);
        assert_eq!(env.provider.request_count(Endpoint::Refresh), 2, "{case}");
        let logged_in = if status == StatusCode::OK {
            "auth0|alice"
        } else {
            "anonymous"
        };
        assert_eq!(browser.whoami().await, logged_in, "{case}");
    }
}
