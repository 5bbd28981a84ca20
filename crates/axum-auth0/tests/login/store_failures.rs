//! Store failures in the middle of a login or a logout: neither leaves a partial result.

use http::StatusCode;
use test_support::{Browser, Endpoint};

use crate::app::TestEnv;

/// Logs `user` in while some operations of the store fail.
async fn log_in_with_store_failures(
    env: &TestEnv,
    browser: &mut Browser,
    user: &str,
    failing: &[&'static str],
) {
    let returned = browser
        .authorize_without_callback(&env.provider, user)
        .await;
    env.store.set_failing(failing);
    let response = browser.get(&returned.path()).await;
    env.store.set_failing(&[]);
    assert_eq!(
        response.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{failing:?}"
    );
    env.auth0.shutdown(std::time::Duration::from_secs(20)).await;
}

#[tokio::test]
async fn a_login_that_cannot_be_stored_keeps_the_old_session() {
    for failing in ["create_login", "create_record"] {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        let old = env.store.login().await;
        log_in_with_store_failures(&env, &mut browser, "alice", &[failing]).await;
        assert_eq!(browser.whoami().await, "auth0|alice", "{failing}");
        assert_eq!(env.store.login().await.id, old.id, "{failing}");
        assert_eq!(env.store.records().await.len(), 1, "{failing}");
        // At some providers the revocation would end the old login, too.
        let revocations = env.provider.request_count(Endpoint::Revocation);
        assert_eq!(revocations, 0, "{failing}");
        env.clock.advance(3_600);
        assert_eq!(browser.get("/token").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_login_that_cannot_be_stored_revokes_its_refresh_token() {
    for (before, failing) in [
        (None, "create_login"),
        (None, "create_record"),
        (Some("bob"), "create_record"),
    ] {
        let env = TestEnv::new().await;
        let mut browser = env.browser();
        if let Some(user) = before {
            browser.log_in(&env.provider, user).await;
        }
        log_in_with_store_failures(&env, &mut browser, "alice", &[failing]).await;
        // The access token as well.
        assert_eq!(env.provider.request_count(Endpoint::Revocation), 2);
        assert_eq!(env.provider.revoked_families(), 1);
        let logins = env.store.logins().await;
        assert_eq!(logins.len(), usize::from(before.is_some()), "{failing}");
        let who = before.map_or("anonymous".to_owned(), |user| format!("auth0|{user}"));
        assert_eq!(browser.whoami().await, who, "{failing}");
    }
}

#[tokio::test]
async fn a_login_succeeds_although_the_old_session_cannot_be_ended() {
    for failing in [
        &["delete_login"][..],
        &["delete_record"],
        &["delete_login", "delete_record"],
    ] {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        let returned = browser
            .authorize_without_callback(&env.provider, "bob")
            .await;
        env.store.set_failing(failing);
        let response = browser.get(&returned.path()).await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{failing:?}");
        assert_eq!(browser.whoami().await, "auth0|bob", "{failing:?}");
    }
}

#[tokio::test]
async fn a_logout_succeeds_if_one_of_two_deletions_fails() {
    for failing in ["delete_record", "delete_login", "load_login"] {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        let mut tab = browser.clone();
        env.store.set_failing(&[failing]);
        let response = browser.post("/auth/logout", "").await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{failing}");
        assert!(
            response.redirect_parameter("id_token_hint").is_some(),
            "{failing}"
        );
        assert_eq!(env.provider.revoked_families(), 1, "{failing}");
        assert!(!browser.has_session(), "{failing}");
        env.store.set_failing(&[]);
        assert_eq!(tab.whoami().await, "anonymous", "{failing}");

        // Neither the other tab nor a second click revokes again.
        let response = browser.post("/auth/logout", "").await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{failing}");
        let response = tab.post("/auth/logout", "").await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{failing}");
        assert_eq!(env.provider.request_count(Endpoint::Revocation), 1);
    }
}

#[tokio::test]
async fn a_logout_that_deletes_nothing_fails_and_can_be_repeated() {
    for failing in [&["delete_record", "delete_login"][..], &["load_record"]] {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        env.store.set_failing(failing);
        let response = browser.post("/auth/logout", "").await;
        assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(browser.has_session());
        assert_eq!(env.provider.request_count(Endpoint::Revocation), 0);

        env.store.set_failing(&[]);
        assert_eq!(browser.whoami().await, "auth0|alice");
        let response = browser.post("/auth/logout", "").await;
        assert!(response.redirect_parameter("id_token_hint").is_some());
        assert_eq!(env.provider.revoked_families(), 1);
        assert_eq!(browser.whoami().await, "anonymous");
    }
}

#[tokio::test]
async fn a_logout_ends_a_session_that_another_version_wrote() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    browser.get("/write-session/of-another-version").await;
    let mut browser = browser.with_router(&env.restarted(&[]).await);
    assert_eq!(browser.whoami().await, "anonymous");
    let response = browser.post("/auth/logout", "").await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    assert!(response.redirect_parameter("id_token_hint").is_some());
    assert_eq!(env.provider.revoked_families(), 1);
    assert!(env.store.logins().await.is_empty());
    assert!(env.store.records().await.is_empty());
    assert!(!browser.has_session());
}

#[tokio::test]
async fn a_logout_ends_a_session_whose_record_cannot_be_opened() {
    for damage in [Vec::new(), vec![1; 200], b"{}".to_vec()] {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        let (key, _) = env.store.records().await.remove(0);
        env.store.overwrite_record(&key, damage).await;
        for _ in 0..2 {
            let response = browser.post("/auth/logout", "").await;
            assert_eq!(response.status, StatusCode::SEE_OTHER);
            assert!(!browser.has_session());
        }
        assert!(env.store.records().await.is_empty());
    }
}

#[tokio::test]
async fn two_concurrent_logouts_revoke_once_and_both_send_the_id_token() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let mut tab = browser.clone();
    let (one, other) = tokio::join!(
        browser.post("/auth/logout", ""),
        tab.post("/auth/logout", "")
    );
    assert_eq!(one.status, StatusCode::SEE_OTHER);
    assert_eq!(other.status, StatusCode::SEE_OTHER);
    assert_eq!(env.provider.request_count(Endpoint::Revocation), 1);
}
