//! Which users, replicas and requests a back-off applies to.

use http::StatusCode;
use test_support::{Endpoint, Reply};

use super::{HOUR, refreshes, views};
use crate::app::TestEnv;

#[tokio::test]
async fn the_backoff_of_a_login_applies_to_other_replicas_and_after_a_restart() {
    let env = TestEnv::new().await;
    let replica = env.restarted(&[]).await;
    let mut here = env.logged_in("alice").await;
    let mut there = here.clone().with_router(&replica);
    env.clock.advance(2 * HOUR);
    env.provider
        .reply(Endpoint::Refresh, Reply::busy(429, "60"));
    views(&mut here, 10, StatusCode::SERVICE_UNAVAILABLE).await;
    views(&mut there, 10, StatusCode::SERVICE_UNAVAILABLE).await;
    let mut later = here.clone().with_router(&env.restarted(&[]).await);
    views(&mut later, 10, StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!(refreshes(&env.provider), 1);
    env.clock.advance(60);
    env.provider.recover(Endpoint::Refresh);
    env.token(&mut later).await;
    env.token(&mut here).await;
    env.token(&mut there).await;
    assert_eq!(refreshes(&env.provider), 2);
}

/// A replica that sent no request during an outage reads it from the login that another one has refreshed.
#[tokio::test]
async fn a_replica_reads_an_outage_from_the_store() {
    let env = TestEnv::new().await;
    let replica = env.restarted(&[]).await;
    let mut alice = env.logged_in("alice").await;
    let bob = env.logged_in("bob").await;
    env.clock.advance(2 * HOUR);
    env.provider
        .reply(Endpoint::Refresh, Reply::busy(503, "60"));
    views(&mut alice, 1, StatusCode::SERVICE_UNAVAILABLE).await;
    views(
        &mut alice.with_router(&replica),
        1,
        StatusCode::SERVICE_UNAVAILABLE,
    )
    .await;
    views(
        &mut bob.with_router(&replica),
        5,
        StatusCode::SERVICE_UNAVAILABLE,
    )
    .await;
    assert_eq!(refreshes(&env.provider), 1);
}

#[tokio::test]
async fn while_the_provider_is_down_one_user_probes_it_for_all() {
    let env = TestEnv::new().await;
    let mut users = Vec::new();
    for number in 0..20 {
        users.push(env.logged_in(&format!("user{number}")).await);
    }
    env.provider.clear_request_log();
    env.clock.advance(2 * HOUR);
    env.provider.reply(Endpoint::Refresh, Reply::status(503));
    for user in &mut users {
        views(user, 1, StatusCode::SERVICE_UNAVAILABLE).await;
    }
    assert_eq!(refreshes(&env.provider), 1);
    env.clock.advance(2);
    for user in &mut users {
        views(user, 1, StatusCode::SERVICE_UNAVAILABLE).await;
    }
    assert_eq!(refreshes(&env.provider), 2);
    env.provider.recover(Endpoint::Refresh);
    env.clock.advance(4);
    for user in &mut users {
        env.token(user).await;
    }
    assert_eq!(refreshes(&env.provider), 22);
}

/// The failure of one refresh token does not affect others.
#[tokio::test]
async fn the_failing_refresh_of_one_user_does_not_back_off_others() {
    for reply in [Reply::status(500), Reply::status(400), Reply::html(403)] {
        let env = TestEnv::new().await;
        let (mut alice, mut bob) = (env.logged_in("alice").await, env.logged_in("bob").await);
        for _ in 0..2 {
            env.clock.advance(2 * HOUR);
            env.provider.reply(Endpoint::Refresh, reply.clone());
            views(&mut alice, 3, StatusCode::SERVICE_UNAVAILABLE).await;
            env.provider.recover(Endpoint::Refresh);
            env.token(&mut bob).await;
        }
    }
}

#[tokio::test]
async fn a_valid_token_is_used_during_the_backoff() {
    for reply in [
        Reply::busy(429, "60"),
        Reply::html(403),
        Reply::status(400),
        Reply::error(400, "invalid_scope"),
        Reply::error(401, "invalid_client"),
    ] {
        let case = format!("{reply:?}");
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        let cached = env.token(&mut browser).await;
        env.clock.advance(HOUR - 10);
        env.provider.reply(Endpoint::Refresh, reply);
        for _ in 0..9 {
            assert_eq!(env.token(&mut browser).await, cached, "{case}");
            env.clock.advance(1);
        }
        // At 0, 2 and 6 seconds at most.
        assert!(refreshes(&env.provider) <= 3, "{case}");
    }
}

#[tokio::test]
async fn a_login_is_always_sent_and_ends_the_backoff() {
    let env = TestEnv::new().await;
    let mut alice = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    env.provider.reply(Endpoint::Refresh, Reply::status(503));
    for _ in 0..200 {
        views(&mut alice, 1, StatusCode::SERVICE_UNAVAILABLE).await;
        env.clock.advance(1);
    }
    env.provider.recover(Endpoint::Refresh);
    let mut bob = env.browser();
    bob.log_in(&env.provider, "bob").await;
    let response = bob.get("/token/orders").await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    // Alice logs in again instead of waiting.
    alice.log_in(&env.provider, "alice").await;
    let response = alice.get("/token/orders").await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
}
