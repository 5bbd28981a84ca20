//! Logout tokens that arrive while a login is in flight, in every order of their writes.

use http::StatusCode;
use serde_json::Value;
use test_support::{Browser, Endpoint, TestResponse};
use tokio::task::JoinHandle;

use super::{claims, post, sign, without};
use crate::app::TestEnv;

fn by_sid_and_by_sub(env: &TestEnv) -> [Value; 2] {
    let both = claims(env, "alice");
    [without(both.clone(), "sub"), without(both, "sid")]
}

/// Follows the provider's redirect in a task.
async fn callback(env: &TestEnv) -> JoinHandle<(Browser, TestResponse)> {
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    tokio::spawn(async move {
        let response = browser.get(&returned.path()).await;
        (browser, response)
    })
}

async fn assert_signed_out(env: &TestEnv, callback: JoinHandle<(Browser, TestResponse)>) {
    let (mut browser, response) = callback.await.unwrap();
    assert_eq!(response.status, StatusCode::FORBIDDEN, "{}", response.body);
    assert!(response.body.contains("You were signed out"));
    assert!(response.body.contains("/auth/login?returnTo="));
    assert!(!browser.has_session());
    assert_eq!(browser.whoami().await, "anonymous");
    assert!(env.store.logins().await.is_empty());
}

#[tokio::test]
async fn a_token_before_the_login_is_stored_ends_it() {
    for index in 0..2 {
        let env = TestEnv::new().await;
        let gate = env.provider.gate(Endpoint::Exchange);
        let login = callback(&env).await;
        env.provider.wait_for_requests(Endpoint::Exchange, 1).await;
        let token = sign(&env, &by_sid_and_by_sub(&env)[index]);
        assert_eq!(post(&env, &token).await.status, 200);
        gate.release_all();
        assert_signed_out(&env, login).await;
    }
}

#[tokio::test]
async fn a_token_after_the_row_is_stored_and_before_the_markers_are_read_ends_it() {
    for index in 0..2 {
        let env = TestEnv::new().await;
        let paused = env.store.pause_next("load_record");
        let login = callback(&env).await;
        paused.reached().await;
        assert_eq!(env.store.logins().await.len(), 1);
        let token = sign(&env, &by_sid_and_by_sub(&env)[index]);
        assert_eq!(post(&env, &token).await.status, 200);
        paused.release();
        assert_signed_out(&env, login).await;
    }
}

#[tokio::test]
async fn a_token_after_the_markers_are_read_deletes_the_row() {
    for index in 0..2 {
        let env = TestEnv::new().await;
        // The session record, after the markers were read.
        let paused = env.store.pause_next("create_record");
        let login = callback(&env).await;
        paused.reached().await;
        let token = sign(&env, &by_sid_and_by_sub(&env)[index]);
        assert_eq!(post(&env, &token).await.status, 200);
        paused.release();
        let (mut browser, response) = login.await.unwrap();
        assert_eq!(response.status, StatusCode::SEE_OTHER);
        assert_eq!(browser.whoami().await, "anonymous");
        assert!(env.store.logins().await.is_empty());
    }
}

#[tokio::test]
async fn a_revocation_by_the_site_ends_a_login_in_flight() {
    let env = TestEnv::new().await;
    let gate = env.provider.gate(Endpoint::Exchange);
    let login = callback(&env).await;
    env.provider.wait_for_requests(Endpoint::Exchange, 1).await;
    let issuer = env.provider.issuer().to_owned();
    env.clock.advance(1);
    let revoked = env.auth0.revoke_sessions(&issuer, "auth0|alice").await;
    assert_eq!(revoked.unwrap(), 0);
    gate.release_all();
    assert_signed_out(&env, login).await;
    // A login that starts afterwards succeeds.
    env.clock.advance(1);
    let mut browser = env.logged_in("alice").await;
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn a_marker_expires_with_the_pending_logins() {
    let env = TestEnv::new().await;
    let token = sign(&env, &by_sid_and_by_sub(&env)[0]);
    assert_eq!(post(&env, &token).await.status, 200);
    env.clock.advance(721);
    let mut browser = env.logged_in("alice").await;
    assert_eq!(browser.whoami().await, "auth0|alice");
    env.auth0.delete_expired().await.unwrap();
    assert_eq!(env.store.records().await.len(), 1, "the session only");
}

#[tokio::test]
async fn a_login_whose_markers_cannot_be_read_fails() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    env.store.set_failing(&["load_record"]);
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.store.set_failing(&[]);
    env.assert_login_failed(&mut browser, &response, 503, "load_record")
        .await;
}
