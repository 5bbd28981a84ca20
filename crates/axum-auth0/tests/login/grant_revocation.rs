//! Providers where the revocation of one refresh token ends the whole grant of user and client: Auth0 with "Refresh Token
//! Revocation Deletes Grant", Keycloak.

use http::StatusCode;
use test_support::{Browser, Endpoint};

use crate::app::TestEnv;

async fn with_grants() -> TestEnv {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.revocation_deletes_grants = true);
    env
}

/// Lets the access token expire and refreshes it.
async fn refreshes(env: &TestEnv, browser: &mut Browser) {
    env.clock.advance(3_600);
    let before = env.provider.request_count(Endpoint::Refresh);
    assert_eq!(browser.get("/token").await.status, StatusCode::OK);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), before + 1);
}

#[tokio::test]
async fn a_second_login_in_one_browser_outlives_its_first_refresh() {
    for logins in 1..=3 {
        let env = with_grants().await;
        let mut browser = env.logged_in("alice").await;
        for _ in 0..logins {
            browser.log_in(&env.provider, "alice").await;
        }
        assert_eq!(env.provider.request_count(Endpoint::Revocation), 0);
        assert_eq!(env.store.logins().await.len(), 1, "{logins}");
        refreshes(&env, &mut browser).await;
        refreshes(&env, &mut browser).await;
    }
}

#[tokio::test]
async fn a_login_in_one_browser_does_not_affect_another() {
    let env = with_grants().await;
    let mut one = env.logged_in("alice").await;
    let mut other = env.logged_in("alice").await;
    other.log_in(&env.provider, "alice").await;
    refreshes(&env, &mut one).await;
    let response = other.get("/token").await;
    assert_eq!(response.status, StatusCode::OK);
}

#[tokio::test]
async fn the_refresh_token_of_the_previous_user_is_revoked() {
    let env = with_grants().await;
    let mut browser = env.logged_in("bob").await;
    browser.log_in(&env.provider, "alice").await;
    env.provider
        .wait_for_requests(Endpoint::Revocation, 1)
        .await;
    assert_eq!(env.provider.revoked_families(), 1);
    refreshes(&env, &mut browser).await;
}

#[tokio::test]
async fn a_refresh_that_completes_after_a_logout_does_not_affect_a_new_login() {
    let env = with_grants().await;
    let mut browser = env.logged_in("alice").await;
    let mut slow = browser.clone();
    let gate = env.provider.gate(Endpoint::Refresh);
    let refresh = tokio::spawn(async move { slow.get("/token/renewed").await.status });
    env.provider.wait_for_requests(Endpoint::Refresh, 1).await;
    browser.post("/auth/logout", "").await;
    browser.log_in(&env.provider, "alice").await;
    let revocations = env.provider.request_count(Endpoint::Revocation);
    gate.release_all();
    assert_eq!(refresh.await.unwrap(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        env.provider.request_count(Endpoint::Revocation),
        revocations
    );
    refreshes(&env, &mut browser).await;
}

/// Without a new login, the new refresh token is revoked.
#[tokio::test]
async fn a_refresh_that_completes_after_a_logout_revokes_its_token() {
    let env = with_grants().await;
    let mut browser = env.logged_in("alice").await;
    let mut slow = browser.clone();
    let gate = env.provider.gate(Endpoint::Refresh);
    let refresh = tokio::spawn(async move { slow.get("/token/renewed").await.status });
    env.provider.wait_for_requests(Endpoint::Refresh, 1).await;
    browser.post("/auth/logout", "").await;
    let revocations = env.provider.request_count(Endpoint::Revocation);
    gate.release_all();
    assert_eq!(refresh.await.unwrap(), StatusCode::UNAUTHORIZED);
    env.provider
        .wait_for_requests(Endpoint::Revocation, revocations + 1)
        .await;
}
