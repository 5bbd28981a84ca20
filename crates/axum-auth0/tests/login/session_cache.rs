//! A page view reads the store once, and every change by any process is seen by the next request.

use axum_auth0::store::Store as _;
use http::StatusCode;

use crate::app::TestEnv;
use test_support::Endpoint;

#[tokio::test]
async fn a_page_view_reads_the_store_once() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.token(&mut browser).await;
    browser.get("/token/both").await;
    // Opens the session with the tokens of both APIs.
    browser.whoami().await;
    env.provider.clear_request_log();
    for path in [
        "/whoami",
        "/products",
        "/token",
        "/token/both",
        "/auth/profile",
    ] {
        let before = env.store.read_count();
        let response = browser.get(path).await;
        assert_eq!(response.status, StatusCode::OK, "{path}");
        assert_eq!(env.store.read_count() - before, 1, "{path}");
    }
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 0);
}

#[tokio::test]
async fn the_cleanup_forgets_opened_sessions() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    browser.whoami().await;
    env.auth0.delete_expired().await.unwrap();
    for reads in [2, 1] {
        let before = env.store.read_count();
        assert_eq!(browser.whoami().await, "auth0|alice");
        assert_eq!(env.store.read_count() - before, reads);
    }
}

#[tokio::test]
async fn a_logout_by_another_process_is_seen_by_the_next_request() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    assert_eq!(browser.whoami().await, "auth0|alice");
    let mut elsewhere = browser.clone().with_router(&env.restarted(&[]).await);
    elsewhere.post("/auth/logout", "").await;
    assert_eq!(browser.whoami().await, "anonymous");
    assert!(!browser.has_session());
}

/// Both rows are needed: an application that deletes the record of tower-sessions ends the session, too.
#[tokio::test]
async fn a_deleted_row_is_seen_by_the_next_request() {
    for deleted in ["record", "login"] {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        assert_eq!(browser.whoami().await, "auth0|alice");
        if deleted == "record" {
            let (key, _) = env.store.records().await.remove(0);
            env.store.delete_record(&key).await.unwrap();
        } else {
            let login = env.store.login().await.id;
            env.store.delete_login(&login).await.unwrap();
        }
        assert_eq!(browser.whoami().await, "anonymous", "{deleted}");
    }
}

#[tokio::test]
async fn a_refresh_by_another_process_is_used_by_the_next_request() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let before = env.token(&mut browser).await;
    let mut elsewhere = browser.clone().with_router(&env.restarted(&[]).await);
    let renewed = elsewhere.get("/token/renewed").await.json();
    assert_ne!(renewed["fingerprint"], before["fingerprint"]);
    let after = env.token(&mut browser).await;
    assert_eq!(after["fingerprint"], renewed["fingerprint"]);
}

#[tokio::test]
async fn a_store_that_fails_is_not_hidden_by_the_cache() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    assert_eq!(browser.whoami().await, "auth0|alice");
    env.store.set_unavailable(true);
    assert_eq!(browser.whoami().await, "unknown");
    env.store.set_unavailable(false);
    assert_eq!(browser.whoami().await, "auth0|alice");
}
