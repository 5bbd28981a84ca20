//! When a session ends, and its cleanup.

use http::StatusCode;

use super::{DAY, HOUR, MINUTE};
use crate::app::TestEnv;

#[tokio::test]
async fn an_unused_session_ends_after_a_day() {
    for (wait, signed_in) in [(DAY - 1, true), (DAY, false)] {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        env.clock.advance(wait);
        assert_eq!(browser.whoami().await != "anonymous", signed_in, "{wait}");
        assert_eq!(
            env.store.logins().await.len(),
            usize::from(signed_in),
            "{wait}"
        );
    }
}

#[tokio::test]
async fn a_session_in_use_ends_after_three_days() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for hours in (12..72).step_by(12) {
        env.clock.advance(12 * HOUR);
        assert_eq!(browser.whoami().await, "auth0|alice", "after {hours} hours");
        assert_eq!(
            browser.get("/token").await.status,
            StatusCode::OK,
            "after {hours} hours"
        );
    }
    env.clock.advance(12 * HOUR - 1);
    assert_eq!(browser.whoami().await, "auth0|alice");
    env.clock.advance(1);
    assert_eq!(
        browser.get_json("/token").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(browser.get("/products").await.status, StatusCode::SEE_OTHER);
    env.auth0.delete_expired().await.unwrap();
    assert!(env.store.logins().await.is_empty());
}

#[tokio::test]
async fn the_last_use_of_a_session_is_written_once_a_minute() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for _ in 0..20 {
        browser.whoami().await;
        env.clock.advance(MINUTE / 4);
    }
    assert_eq!(env.store.mark_used_count(), 4);
}

#[tokio::test]
async fn cleanup_deletes_ended_sessions_only() {
    let env = TestEnv::new().await;
    let mut old = env.logged_in("alice").await;
    env.clock.advance(20 * HOUR);
    let mut young = env.logged_in("bob").await;
    let swept = env.auth0.delete_expired().await.unwrap();
    assert_eq!(swept, 1, "the old transaction");
    env.clock.advance(5 * HOUR);
    env.auth0.delete_expired().await.unwrap();
    assert_eq!(env.store.login().await.subject, "auth0|bob");
    assert_eq!(old.whoami().await, "anonymous");
    assert_eq!(young.whoami().await, "auth0|bob");
}
