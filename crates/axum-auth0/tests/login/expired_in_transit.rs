//! Tokens that expire before their response is read or stored, because the process was suspended or the store was away, and
//! tokens of a provider whose clock is behind.

use http::StatusCode;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::app::TestEnv;
use test_support::{Browser, Endpoint, Gate, Part, TestResponse, log_capture};

/// Access tokens of the provider live for a minute.
const LIFETIME: i64 = 60;

/// Returns a logged-in browser whose access token has expired, and the gate of the next refreshes.
async fn expired() -> (TestEnv, Browser, Gate) {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.access_token_lifetime = LIFETIME);
    let browser = env.logged_in("alice").await;
    env.clock.advance(2 * LIFETIME);
    let gate = env.provider.gate(Endpoint::Refresh);
    (env, browser, gate)
}

fn get_token(browser: &Browser) -> JoinHandle<TestResponse> {
    let mut tab = browser.clone();
    tokio::spawn(async move { tab.get("/token").await })
}

/// Suspends the process for `seconds` while response number `count` is on its way.
async fn suspend(env: &TestEnv, gate: &Gate, count: usize, seconds: i64) {
    env.provider
        .wait_for_requests(Endpoint::Refresh, count)
        .await;
    env.clock.advance(seconds);
    gate.release_one();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_expired_in_transit_is_refreshed_again_and_the_user_stays_signed_in() {
    for seconds in [LIFETIME, LIFETIME + 1, 600] {
        let (env, mut browser, gate) = expired().await;
        let call = get_token(&browser);
        suspend(&env, &gate, 1, seconds).await;
        suspend(&env, &gate, 2, 0).await;
        let response = call.await.unwrap();
        assert_eq!(response.status, StatusCode::OK, "{}", response.body);
        gate.release_all();
        let token = env.token(&mut browser).await;
        assert_eq!(token["fingerprint"], response.json()["fingerprint"]);
        assert_eq!(env.provider.request_count(Endpoint::Refresh), 2);
        assert_eq!(env.provider.revoked_families(), 0);
        assert!(!log_capture::captured().contains("clock_skew"));
    }
}

/// The second refresh needs the refresh token of the first.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_expires_while_the_store_is_away_is_refreshed_again() {
    let (env, browser, gate) = expired().await;
    env.store.fail_swaps(2);
    let swap = env.store.pause_next("swap_tokens");
    let call = get_token(&browser);
    suspend(&env, &gate, 1, 0).await;
    swap.reached().await;
    env.clock.advance(LIFETIME);
    swap.release();
    suspend(&env, &gate, 2, 0).await;
    let response = call.await.unwrap();
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 2);
    assert_eq!(env.provider.revoked_families(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_tokens_all_expire_in_transit_ends_and_the_user_stays_signed_in() {
    let (env, mut browser, gate) = expired().await;
    let call = get_token(&browser);
    for count in 1..=4 {
        suspend(&env, &gate, count, LIFETIME).await;
    }
    let response = call.await.unwrap();
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.header("retry-after"), Some("1"));
    gate.release_all();
    env.token(&mut browser).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 5);
    assert_eq!(env.provider.revoked_families(), 0);
}

/// A token without a lifetime is used once, even if it was in transit for long: another refresh would not yield a better one.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_issued_expired_is_not_refreshed_again() {
    let (env, mut browser, gate) = expired().await;
    env.provider
        .policy(|policy| policy.access_token_lifetime = 0);
    let call = get_token(&browser);
    suspend(&env, &gate, 1, LIFETIME).await;
    let response = call.await.unwrap();
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    gate.release_all();
    let response = browser.get("/token").await;
    assert_eq!(response.status, StatusCode::UNAUTHORIZED);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_a_login_that_expired_in_transit_is_refreshed() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.access_token_lifetime = LIFETIME);
    let gate = env.provider.gate(Endpoint::Exchange);
    let login = env.logged_in("alice");
    let suspend = async {
        env.provider.wait_for_requests(Endpoint::Exchange, 1).await;
        env.clock.advance(3 * LIFETIME);
        gate.release_all();
    };
    let (mut browser, ()) = tokio::join!(login, suspend);
    env.token(&mut browser).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
    assert!(!log_capture::captured().contains("clock_skew"));
}

/// The provider's clock is half a minute behind, and its tokens live for less. They are used for as long as they live.
#[tokio::test]
async fn a_token_that_looks_expired_because_of_the_providers_clock_is_used_and_refreshed() {
    let env = TestEnv::new().await;
    env.provider
        .modify(Part::AccessToken, |claims: &mut Value| {
            let now = claims["iat"].as_i64().unwrap();
            claims["iat"] = json!(now - 30);
            claims["exp"] = json!(now - 10);
        });
    let mut browser = env.logged_in("alice").await;
    let first = env.token(&mut browser).await;
    for _ in 0..3 {
        assert_eq!(
            env.token(&mut browser).await["fingerprint"],
            first["fingerprint"]
        );
    }
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 0);
    env.clock.advance(20);
    let second = env.token(&mut browser).await;
    assert_ne!(second["fingerprint"], first["fingerprint"]);
    env.clock.advance(20);
    env.token(&mut browser).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 2);
}
