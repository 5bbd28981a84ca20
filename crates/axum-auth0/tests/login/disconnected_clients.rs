//! Detached tasks: they continue when the client disconnects, and a shutdown waits for them.

use std::time::Duration;

use axum::{body::Body, http::Request};
use axum_auth0::NotReady;
use http::StatusCode;
use test_support::{Browser, Endpoint, Gate, Part, TestResponse};

use crate::app::TestEnv;

/// Longer than every task takes.
const LIMIT: Duration = Duration::from_secs(20);

/// Sends a request, and disconnects when the provider received a request at `endpoint`. The response waits at the gate.
pub(crate) async fn disconnect(
    env: &TestEnv,
    browser: &mut Browser,
    request: Request<Body>,
    endpoint: Endpoint,
) -> Gate {
    let gate = env.provider.gate(endpoint);
    let times = env.provider.request_count(endpoint) + 1;
    tokio::select! {
        response = browser.send(request) => panic!("{}: {}", response.status, response.body),
        () = env.provider.wait_for_requests(endpoint, times) => {}
    }
    gate
}

pub(crate) async fn wait_until_finished(env: &TestEnv) {
    assert_eq!(env.auth0.shutdown(LIMIT).await.total(), 0);
}

pub(crate) fn navigation(browser: &Browser, path: &str) -> Request<Body> {
    browser.navigation(path).body(Body::empty()).unwrap()
}

async fn assert_complete(env: &TestEnv, browser: &mut Browser, callback: &str, case: &str) {
    assert_eq!(env.store.logins().await.len(), 1, "{case}");
    assert_eq!(env.store.records().await.len(), 1, "{case}");
    assert!(!browser.has_session(), "{case}: the cookie did not arrive");
    let thief = browser.clone();
    let response = browser.get(callback).await;
    assert_eq!(response.status, StatusCode::SEE_OTHER, "{case}");
    assert_eq!(response.location(), "/products?page=2", "{case}");
    assert_eq!(browser.whoami().await, "auth0|alice", "{case}");
    env.token(browser).await;
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 1, "{case}");
    // One browser can claim it, once.
    let mut thief = thief;
    assert_eq!(thief.get(callback).await.status, StatusCode::BAD_REQUEST);
    assert!(!thief.has_session(), "{case}");
}

#[tokio::test]
async fn a_login_whose_client_disconnects_completes_and_its_session_can_be_claimed() {
    for endpoint in [Endpoint::Exchange, Endpoint::Keys, Endpoint::Userinfo] {
        let case = format!("{endpoint:?}");
        let env = TestEnv::new().await;
        env.provider.modify(Part::IdToken, |claims| {
            let claims = claims.as_object_mut().unwrap();
            claims.remove("name");
            claims.remove("email");
        });
        let mut browser = env.browser();
        let returned = browser
            .authorize_without_callback(&env.provider, "alice")
            .await;
        let callback = returned.path();
        let request = navigation(&browser, &callback);
        let gate = disconnect(&env, &mut browser, request, endpoint).await;
        gate.release_all();
        wait_until_finished(&env).await;
        assert_complete(&env, &mut browser, &callback, &case).await;
    }
}

#[tokio::test]
async fn a_login_that_fails_after_its_client_disconnected_leaves_nothing() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::IdToken, |claims| {
        claims["nonce"] = "another".into();
    });
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let request = navigation(&browser, &returned.path());
    let gate = disconnect(&env, &mut browser, request, Endpoint::Exchange).await;
    gate.release_all();
    wait_until_finished(&env).await;
    assert!(env.store.logins().await.is_empty());
    assert!(env.store.records().await.is_empty());
    let response = browser.get(&returned.path()).await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    assert!(
        response.body.contains("/auth/login?returnTo="),
        "a way on: {}",
        response.body
    );
}

#[tokio::test]
async fn a_logout_whose_client_disconnects_completes() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let request = browser.form("/auth/logout").body(Body::empty()).unwrap();
    let gate = disconnect(&env, &mut browser, request, Endpoint::Revocation).await;
    gate.release_all();
    wait_until_finished(&env).await;
    assert!(env.store.logins().await.is_empty());
    assert!(env.store.records().await.is_empty());
    assert_eq!(env.provider.revoked_families(), 1);
    // The browser still has its cookie; a second logout removes it.
    let response = browser.post("/auth/logout", "").await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    assert!(!browser.has_session());
    assert_eq!(env.provider.request_count(Endpoint::Revocation), 1);
}

#[tokio::test]
async fn a_shutdown_waits_for_a_refresh_whose_client_disconnected() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let request = navigation(&browser, "/token/renewed");
    let gate = disconnect(&env, &mut browser, request, Endpoint::Refresh).await;
    assert_eq!(env.auth0.unfinished_tasks().refreshes, 1);
    let before = env.store.login().await.version;
    let (unfinished, ()) = tokio::join!(env.auth0.shutdown(LIMIT), async { gate.release_all() });
    assert_eq!(unfinished.total(), 0);
    assert_eq!(env.store.login().await.version, before + 1);

    // The next process uses the new refresh token.
    let mut browser = browser.with_router(&env.restarted(&[]).await);
    env.clock.advance(3_600);
    assert_eq!(browser.get("/token").await.status, StatusCode::OK);
    assert_eq!(env.provider.revoked_families(), 0);
}

#[tokio::test]
async fn a_shutdown_waits_for_a_revocation_whose_client_disconnected() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let request = navigation(&browser, "/token/revoke");
    let gate = disconnect(&env, &mut browser, request, Endpoint::Revocation).await;
    assert_eq!(env.auth0.unfinished_tasks().revocations, 1);
    let (unfinished, ()) = tokio::join!(env.auth0.shutdown(LIMIT), async { gate.release_all() });
    assert_eq!(unfinished.total(), 0);
    assert_eq!(env.provider.revoked_families(), 1);
}

#[tokio::test]
async fn a_shutdown_reports_unfinished_tasks() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let request = navigation(&browser, "/token/renewed");
    let _gate = disconnect(&env, &mut browser, request, Endpoint::Refresh).await;
    let unfinished = env.auth0.shutdown(Duration::ZERO).await;
    assert_eq!((unfinished.refreshes, unfinished.total()), (1, 1));
    let log = test_support::log_capture::captured();
    assert!(log.contains("0 callbacks, 0 logouts, 1 refreshes, 0 revocations"));
}

#[tokio::test]
async fn during_a_shutdown_the_site_is_not_ready_but_serves_requests() {
    let env = TestEnv::new().await;
    env.auth0.ready().await.unwrap();
    let mut browser = env.logged_in("alice").await;
    env.auth0.start_shutdown(LIMIT);
    assert!(matches!(
        env.auth0.ready().await,
        Err(NotReady::ShuttingDown)
    ));
    let response: TestResponse = browser.get("/token/renewed").await;
    assert_eq!(response.status, StatusCode::OK);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
}

#[tokio::test]
async fn during_a_shutdown_no_refresh_starts_that_cannot_be_stored_in_time() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.auth0.start_shutdown(Duration::from_secs(1));
    let response = browser.get("/token/renewed").await;
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.header("retry-after"), Some("1"));
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 0);
    // Cached tokens are still used.
    assert_eq!(browser.get("/token").await.status, StatusCode::OK);
}
