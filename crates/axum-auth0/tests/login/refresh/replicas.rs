//! Refreshes of one login by several processes.

use axum_auth0::store::{LeaseOutcome, Store as _};
use http::StatusCode;
use test_support::{Endpoint, Reply};

use super::HOUR;
use crate::app::TestEnv;

/// Two processes share a store. The second one waits for the first and uses its result.
#[tokio::test(flavor = "multi_thread")]
async fn two_processes_refresh_once() {
    let env = TestEnv::new().await;
    let replica = env.restarted(&[]).await;
    let browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    let gate = env.provider.gate(Endpoint::Refresh);
    let mut here = browser.clone();
    let first = tokio::spawn(async move { here.get("/token").await });
    env.provider.wait_for_requests(Endpoint::Refresh, 1).await;
    let mut there = browser.clone().with_router(&replica);
    let loads = env.store.load_count();
    let second = tokio::spawn(async move { there.get("/token").await });
    env.store.wait_for_loads(loads, 5).await;
    gate.release_all();
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    assert_eq!(first.json()["fingerprint"], second.json()["fingerprint"]);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
}

/// A process whose lease expired has sent the refresh token anyway. The process whose refresh token was consumed by another one
/// uses that one's result.
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_that_another_process_won_does_not_end_the_session() {
    let env = TestEnv::new().await;
    let replica = env.restarted(&[]).await;
    let browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    // Both have sent the same refresh token; the provider refuses the second.
    let gate = env.provider.gate(Endpoint::Refresh);
    let mut here = browser.clone();
    let first = tokio::spawn(async move { here.get("/token").await });
    env.provider.wait_for_requests(Endpoint::Refresh, 1).await;
    env.provider
        .reply(Endpoint::Refresh, Reply::error(403, "invalid_grant"));
    // Its lease has expired.
    env.clock.advance(10);
    let mut there = browser.clone().with_router(&replica);
    let (response, ()) = tokio::join!(there.get("/token"), async {
        env.provider.wait_for_requests(Endpoint::Refresh, 2).await;
        gate.release_one();
        assert_eq!(first.await.unwrap().status, StatusCode::OK);
        gate.release_all();
    });
    assert_eq!(
        response.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        response.body
    );
    assert_eq!(response.header("retry-after"), Some("1"));
    env.provider.recover(Endpoint::Refresh);
    assert_eq!(there.get("/token").await.status, StatusCode::OK);
    assert_eq!(browser.clone().whoami().await, "auth0|alice");
}

/// A process that could not renew its lease, because the store was away, has a new refresh token and saves it when the store is
/// back. The process that takes over the lease at the same time does not send the consumed refresh token.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_takes_over_a_lease_leaves_time_for_the_save_of_the_previous_one() {
    let env = TestEnv::new().await;
    let replica = env.restarted(&[]).await;
    let browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    let gate = env.provider.gate(Endpoint::Refresh);
    let mut here = browser.clone();
    let first = tokio::spawn(async move { here.get("/token").await });
    env.provider.wait_for_requests(Endpoint::Refresh, 1).await;
    env.clock.advance(10);
    let mut there = browser.clone().with_router(&replica);
    let loads = env.store.load_count();
    let second = tokio::spawn(async move { there.get("/token").await });
    env.store.wait_for_loads(loads, 2).await;
    env.store.fail_swaps(2);
    gate.release_all();
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    assert_eq!(first.json()["fingerprint"], second.json()["fingerprint"]);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
}

/// The lease of a process that is killed during a refresh expires.
#[tokio::test(flavor = "multi_thread")]
async fn the_lease_of_a_killed_process_expires() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    let (login, now) = (env.store.login().await.id, env.clock_now());
    let lease = env.store.lease_login(&login, &[1; 16], now, now + 6).await;
    assert_eq!(lease.unwrap(), LeaseOutcome::Acquired { abandoned: false });
    let loads = env.store.load_count();
    let call = tokio::spawn(async move { browser.get("/token").await });
    env.store.wait_for_loads(loads, 5).await;
    assert_eq!(
        env.provider.request_count(Endpoint::Refresh),
        0,
        "the lease is held"
    );
    env.clock.advance(6);
    assert_eq!(call.await.unwrap().status, StatusCode::OK);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
}
