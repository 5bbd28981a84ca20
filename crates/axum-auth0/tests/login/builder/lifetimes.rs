//! Session lifetimes.

use std::time::Duration;

use crate::app::{TestEnv, TestEnvBuilder};

#[tokio::test]
async fn a_session_ends_by_the_configured_lifetimes() {
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let env = TestEnvBuilder::new()
        .set("AUTH0_SESSION_INACTIVITY_DURATION", "600")
        .set("AUTH0_SESSION_ABSOLUTE_DURATION", "1800")
        .build()
        .await;
    let lifetime = env.auth0.config().session_lifetime();
    assert_eq!(
        (lifetime.inactivity(), lifetime.absolute()),
        (minutes(10), minutes(30))
    );
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    let cookies = response.set_cookies();
    let cookie = cookies.iter().find(|cookie| cookie.name() == "session");
    let max_age = cookie.unwrap().max_age().unwrap().whole_seconds();
    assert!((1_795..=1_800).contains(&max_age), "{max_age}");
    // In use, until the absolute limit.
    for _ in 0..3 {
        env.clock.advance(9 * 60);
        assert_eq!(browser.whoami().await, "auth0|alice");
    }
    env.clock.advance(3 * 60);
    assert_eq!(browser.whoami().await, "anonymous");

    let mut browser = env.logged_in("bob").await;
    env.clock.advance(10 * 60);
    assert_eq!(browser.whoami().await, "anonymous");
    env.auth0.delete_expired().await.unwrap();
    assert!(env.store.logins().await.is_empty());
}

#[tokio::test]
async fn a_shorter_absolute_limit_applies_to_sessions_that_exist() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(3_600);
    let changes = [("AUTH0_SESSION_ABSOLUTE_DURATION", Some("3600"))];
    let router = env.restarted(&changes).await;
    let mut other = browser.clone().with_router(&router);
    assert_eq!(browser.whoami().await, "auth0|alice");
    assert_eq!(other.whoami().await, "anonymous");
}

#[tokio::test]
async fn expired_sessions_are_deleted_by_the_configured_inactivity() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_SESSION_INACTIVITY_DURATION", "600")
        .build()
        .await;
    env.logged_in("alice").await;
    env.clock.advance(599);
    env.auth0.delete_expired().await.unwrap();
    assert_eq!(env.store.logins().await.len(), 1);
    env.clock.advance(2);
    env.auth0.delete_expired().await.unwrap();
    assert!(env.store.logins().await.is_empty());
}
