//! Which sessions a logout token ends.

use serde_json::json;
use test_support::Endpoint;

use super::{claims, post, post_to, sign, with_session, without};
use crate::app::{TestEnv, TestEnvBuilder};

#[tokio::test]
async fn a_token_with_sid_ends_the_logins_of_that_session_only() {
    let env = TestEnv::new().await;
    with_session(&env, Some("laptop"));
    let mut laptop = env.logged_in("alice").await;
    with_session(&env, Some("phone"));
    let mut phone = env.logged_in("alice").await;
    let mut token = without(claims(&env, "alice"), "sub");
    token["sid"] = json!("laptop");
    assert_eq!(post(&env, &sign(&env, &token)).await.status, 200);
    assert_eq!(laptop.whoami().await, "anonymous");
    assert!(!laptop.has_session(), "the cookie is removed");
    assert_eq!(phone.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn a_token_with_sub_only_ends_all_logins_of_that_user() {
    let env = TestEnv::new().await;
    let mut browsers = Vec::new();
    for sid in [Some("laptop"), Some("phone"), None] {
        with_session(&env, sid);
        browsers.push(env.logged_in("alice").await);
    }
    let mut bob = env.logged_in("bob").await;
    let token = without(claims(&env, "alice"), "sid");
    assert_eq!(post(&env, &sign(&env, &token)).await.status, 200);
    for browser in &mut browsers {
        assert_eq!(browser.whoami().await, "anonymous");
    }
    assert_eq!(bob.whoami().await, "auth0|bob");
}

#[tokio::test]
async fn sid_and_sub_must_both_match() {
    let env = TestEnv::new().await;
    with_session(&env, Some("of-bob"));
    let mut bob = env.logged_in("bob").await;
    with_session(&env, Some("of-alice"));
    let mut alice = env.logged_in("alice").await;
    let mut token = claims(&env, "alice");
    token["sid"] = json!("of-bob");
    assert_eq!(post(&env, &sign(&env, &token)).await.status, 200);
    assert_eq!(bob.whoami().await, "auth0|bob");
    assert_eq!(alice.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn an_unknown_session_is_no_error() {
    let env = TestEnv::new().await;
    assert_eq!(
        post(&env, &sign(&env, &claims(&env, "alice"))).await.status,
        200
    );
}

#[tokio::test]
async fn a_token_works_once_and_a_replay_does_not_end_a_later_login() {
    let env = TestEnv::new().await;
    with_session(&env, Some("first"));
    env.logged_in("alice").await;
    let token = sign(&env, &without(claims(&env, "alice"), "sid"));
    assert_eq!(post(&env, &token).await.status, 200);
    env.clock.advance(2);
    with_session(&env, Some("second"));
    let mut browser = env.logged_in("alice").await;
    let replica = env.restarted(&[]).await;
    for router in [&env.router, &replica] {
        let response = post_to(router, &token).await;
        assert_eq!(response.status, 400, "{}", response.body);
        assert!(response.body.contains("used before"), "{}", response.body);
    }
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn a_delayed_token_with_sub_does_not_end_a_later_login() {
    let env = TestEnv::new().await;
    with_session(&env, Some("first"));
    let mut before = env.logged_in("alice").await;
    let token = sign(&env, &without(claims(&env, "alice"), "sid"));
    env.clock.advance(30);
    with_session(&env, Some("second"));
    let mut after = env.logged_in("alice").await;
    assert_eq!(post(&env, &token).await.status, 200);
    assert_eq!(before.whoami().await, "anonymous");
    assert_eq!(after.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn every_replica_refuses_the_next_request() {
    let env = TestEnv::new().await;
    let mut here = env.logged_in("alice").await;
    let other = env.restarted(&[]).await;
    let mut elsewhere = here.clone().with_router(&other);
    assert_eq!(here.whoami().await, "auth0|alice");
    assert_eq!(elsewhere.whoami().await, "auth0|alice");
    let token = sign(&env, &claims(&env, "alice"));
    assert_eq!(post_to(&other, &token).await.status, 200);
    assert_eq!(here.whoami().await, "anonymous");
    assert_eq!(elsewhere.whoami().await, "anonymous");
}

#[tokio::test]
async fn a_store_that_fails_makes_the_provider_repeat_the_token() {
    for operation in [
        "create_record",
        "find_logins",
        "delete_login",
        "consume_transaction",
    ] {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        let token = sign(&env, &claims(&env, "alice"));
        env.store.set_failing(&[operation]);
        let response = post(&env, &token).await;
        assert_eq!(response.status, 503, "{operation}: {}", response.body);
        assert_eq!(response.cache_control, "no-store", "{operation}");
        env.store.set_failing(&[]);
        let response = post(&env, &token).await;
        assert_eq!(response.status, 200, "{operation}: {}", response.body);
        assert_eq!(browser.whoami().await, "anonymous", "{operation}");
        assert_eq!(post(&env, &token).await.status, 400, "{operation}");
    }
}

/// Back-Channel Logout 1.0 §2.7.
#[tokio::test]
async fn refresh_tokens_without_offline_access_are_revoked() {
    for (scope, revocations) in [("openid profile email offline_access", 0), ("openid", 1)] {
        let env = TestEnvBuilder::new()
            .set("AUTH0_SCOPE", scope)
            .build()
            .await;
        env.provider.policy(|policy| {
            policy.offline_access = test_support::OfflineAccess::Always;
        });
        env.logged_in("alice").await;
        let token = sign(&env, &claims(&env, "alice"));
        assert_eq!(post(&env, &token).await.status, 200);
        crate::disconnected_clients::wait_until_finished(&env).await;
        let sent = env.provider.request_count(Endpoint::Revocation);
        assert_eq!(sent, revocations, "{scope}");
    }
}
