//! Only a login creates a session, and saves of the application change nothing about it.

use http::StatusCode;
use test_support::Endpoint;

use crate::app::TestEnv;

/// Session fixation: a login replaces the session identifier that the browser sent.
#[tokio::test]
async fn a_login_replaces_the_session_identifier_of_the_browser() {
    let env = TestEnv::new().await;
    let mut attacker = env.logged_in("mallory").await;
    let planted = attacker.session().unwrap().clone();
    let old = env.store.login().await;

    let mut victim = env.browser();
    victim.jar.insert("session".to_owned(), planted.clone());
    victim.log_in(&env.provider, "alice").await;
    assert_ne!(victim.session(), Some(&planted));
    assert_eq!(
        attacker.whoami().await,
        "anonymous",
        "the old identifier is dead"
    );
    let new = env.store.login().await;
    assert_ne!(new.id, old.id);
    env.clock.advance(61);
    env.auth0.delete_expired().await.unwrap();
    assert_eq!(env.store.records().await.len(), 1);
    // And its refresh token is revoked.
    env.provider
        .wait_for_requests(Endpoint::Revocation, 1)
        .await;
    assert_eq!(env.provider.revoked_families(), 1);
}

#[tokio::test]
async fn an_unknown_session_identifier_is_not_adopted() {
    let env = TestEnv::new().await;
    let made_up = "AAAAAAAAAAAAAAAAAAAAAA";
    let mut browser = env.browser();
    browser.jar.insert("session".to_owned(), made_up.to_owned());
    let response = browser.get("/products").await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    browser.log_in(&env.provider, "alice").await;
    assert_ne!(browser.session().unwrap(), made_up);
}

/// An application writes into the session during the logout.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_session_save_does_not_recreate_a_deleted_session() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let mut late = browser.clone();
    let writing = tokio::spawn(async move {
        let response = late.get("/write-session").await;
        (late, response)
    });
    env.app.writer_waits.acquire().await.unwrap().forget();
    browser.post("/auth/logout", "").await;
    env.app.writer_may_go.add_permits(1);
    let (mut late, response) = writing.await.unwrap();
    assert_eq!(response.body, "written");
    assert!(env.store.records().await.is_empty(), "the record came back");
    assert!(env.store.logins().await.is_empty());
    assert_eq!(late.whoami().await, "anonymous");
}

#[tokio::test]
async fn application_data_in_the_session_does_not_affect_the_login() {
    let env = TestEnv::new().await;
    env.app.writer_may_go.add_permits(1);
    let mut browser = env.logged_in("alice").await;
    assert_eq!(browser.get("/write-session").await.body, "written");
    assert_eq!(browser.whoami().await, "auth0|alice");
}

/// CVE-2025-48947.
#[tokio::test]
async fn responses_that_depend_on_the_session_are_not_cached() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for path in [
        "/",
        "/products",
        "/whoami",
        "/token",
        "/auth/profile",
        "/nowhere",
        "/auth/logout",
        "/auth/callback",
        "/auth/login",
    ] {
        for (who, browser) in [("alice", &mut browser), ("anonymous", &mut env.browser())] {
            let response = browser.get(path).await;
            let cache = response
                .header("cache-control")
                .unwrap_or_default()
                .to_owned();
            assert!(cache.contains("no-store"), "{path} {who}: {cache}");
            let vary: Vec<_> = response.headers.get_all("vary").iter().collect();
            assert!(
                vary.iter().any(|value| *value == "cookie"),
                "{path} {who}: {vary:?}"
            );
        }
    }
    let mut anonymous = env.browser();
    let response = anonymous.attempt_login(&env.provider, "bob").await;
    assert!(!response.set_cookies().is_empty());
    assert!(
        response
            .header("cache-control")
            .unwrap()
            .contains("no-store")
    );
}
