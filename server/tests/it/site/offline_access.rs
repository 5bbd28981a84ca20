//! Sessions without a refresh token.

use std::time::Duration;

use reqwest::Method;

use super::forms::TEAPOT;
use crate::{
    browser::{ALICE, Browser, PASSWORD},
    test_env::TestEnv,
};

#[tokio::test]
async fn without_offline_access_in_the_scope_the_user_logs_in_when_the_token_ends() {
    let env = TestEnv::with(|builder| {
        builder.set("AUTH0_SCOPE", "openid profile email");
        builder.tenant.access_token_lifetime = Duration::from_hours(1);
        builder.seconds_behind = 3_700;
    })
    .await;
    let alice = env.browser();
    let login = alice.open("/profile").await;
    alice
        .submit_login(&login, ALICE, PASSWORD)
        .await
        .assert_status(200);
    env.advance(3_700);
    let sentences = [
        "there is no refresh token",
        "AUTH0_SCOPE lacks offline_access",
        "Add offline_access to AUTH0_SCOPE",
    ];
    is_sent_to_log_in(&env, &alice, &sentences).await;
}

/// Asserts that the page offers a login that returns to it, and that the reason is in the log and not on the page.
async fn is_sent_to_log_in(env: &TestEnv, alice: &Browser, sentences: &[&str]) {
    let page = alice.open("/products").await.assert_status(401);
    let text = page.html().text();
    assert!(text.contains("Please log in to continue."), "{text}");
    assert!(!text.contains("offline_access"), "{text}");
    let logged = [&["no_refresh_token"], sentences].concat();
    assert!(!env.log.lines_with(&logged).is_empty(), "{logged:?}");
    let call = alice
        .call(Method::POST, "/api/products", TEAPOT)
        .await
        .assert_status(401);
    assert_eq!(call.error_code(), "sign_in_required");
    let back = alice.click(&page, "/auth/login?returnTo=%2Fproducts").await;
    assert_eq!(
        alice
            .follow_redirects(back)
            .await
            .assert_status(200)
            .path_and_query(),
        "/products"
    );
}

#[tokio::test]
async fn an_api_that_allows_no_offline_access_makes_the_user_log_in_too() {
    let env = TestEnv::with(|builder| {
        builder.products_api_settings().offline_access = false;
        builder.tenant.access_token_lifetime = Duration::from_hours(1);
        builder.seconds_behind = 3_700;
    })
    .await;
    let alice = env.browser();
    let login = alice.open("/profile").await;
    alice
        .submit_login(&login, ALICE, PASSWORD)
        .await
        .assert_status(200);
    let warned =
        env.log
            .lines_with(&[" WARN ", "offline_access was requested", "no refresh token"]);
    assert_eq!(warned.len(), 1);
    env.advance(3_700);
    let sentences = [
        "there is no refresh token",
        "did not grant offline_access",
        "Allow Offline Access",
    ];
    is_sent_to_log_in(&env, &alice, &sentences).await;
    // A new login works for another hour.
    alice.delete_cookie("session");
    alice.open("/products").await.assert_status(200);
}

#[tokio::test]
async fn a_wrong_client_secret_is_explained_on_the_page_of_the_failed_login() {
    let env =
        TestEnv::with(|builder| builder.set("AUTH0_CLIENT_SECRET", "not-the-secret-of-the-tenant"))
            .await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(500);
    let text = page.html().text();
    assert!(
        text.contains("AUTH0_CLIENT_SECRET") && text.contains("AUTH0_CLIENT_ID"),
        "{text}"
    );
    assert!(!page.body.contains("not-the-secret-of-the-tenant"));
    assert!(!env.log.text().contains("not-the-secret-of-the-tenant"));
    assert_eq!(alice.cookie("session"), None);
}
