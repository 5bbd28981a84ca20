//! Pages from before a login, a logout or the end of a session.

use axum_auth0::{CURRENT_USER_HEADER, PAGE_USER_FIELD};
use http::{Method, StatusCode};
use test_support::SITE;

use super::{FORM, assert_user_changed, call, changes, page_user, post_form, switched_user};
use crate::app::{TestEnv, TestEnvBuilder};

#[tokio::test]
async fn a_page_stays_valid_when_its_user_logs_in_again() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let page = page_user(&mut browser).await;
    browser.log_in(&env.provider, "alice").await;
    let response = call(&mut browser, Method::POST, "/api/change", &page).await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    // With a logout in between, too.
    browser.post("/auth/logout", "").await;
    browser.log_in(&env.provider, "alice").await;
    let response = call(&mut browser, Method::GET, "/products", &page).await;
    assert_eq!(response.body, "the products of auth0|alice");
}

#[tokio::test]
async fn a_page_whose_session_ended_is_treated_as_anonymous() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let page = page_user(&mut browser).await;
    browser.post("/auth/logout", "").await;
    let response = call(&mut browser, Method::GET, "/auth/profile", &page).await;
    assert_eq!(response.status, StatusCode::UNAUTHORIZED);
    assert_eq!(response.header(CURRENT_USER_HEADER), Some("anonymous"));
}

#[tokio::test]
async fn a_page_from_before_the_login_may_read_but_change_nothing() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let page = page_user(&mut browser).await;
    assert_eq!(page, "anonymous");
    let response = call(&mut browser, Method::POST, "/api/change", &page).await;
    assert_eq!(
        response.status,
        StatusCode::OK,
        "a stranger's call of a stranger's page"
    );

    browser.log_in(&env.provider, "bob").await;
    let response = call(&mut browser, Method::GET, "/whoami", &page).await;
    assert_eq!(response.body, "auth0|bob");
    assert_ne!(response.header(CURRENT_USER_HEADER), Some("anonymous"));
    let response = call(&mut browser, Method::POST, "/api/change", &page).await;
    assert_user_changed(&response);
    let response = post_form(
        &mut browser,
        "/api/change",
        FORM,
        format!("{PAGE_USER_FIELD}={page}"),
    )
    .await;
    assert_eq!(response.status, StatusCode::CONFLICT);
    assert!(
        response.body.contains("You have logged in since"),
        "{}",
        response.body
    );
    assert_eq!(changes(&env), 1);
}

/// A bidirectional channel can change state.
#[tokio::test]
async fn a_page_from_before_the_login_opens_no_websocket() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("bob").await;
    let path = format!("/api/list?{PAGE_USER_FIELD}=anonymous");
    let handshake = [
        ("upgrade", "websocket"),
        ("connection", "upgrade"),
        ("origin", SITE),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-mode", "websocket"),
    ];
    assert_user_changed(&browser.fetch(&path, &handshake).await);
    let read = [("sec-fetch-site", "same-origin")];
    assert_eq!(browser.fetch(&path, &read).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_request_without_a_value_is_not_checked() {
    let env = TestEnv::new().await;
    let (mut browser, _) = switched_user(&env).await;
    assert_eq!(browser.post("/api/change", "name=x").await.body, "changed");
    let empty = format!("name=x&{PAGE_USER_FIELD}=");
    assert_eq!(browser.post("/api/change", &empty).await.body, "changed");
    assert_eq!(
        browser.get("/products").await.body,
        "the products of auth0|bob"
    );
}

#[tokio::test]
async fn a_logout_from_any_users_page_ends_the_session() {
    let env = TestEnv::new().await;
    let (mut browser, page) = switched_user(&env).await;
    let response = browser
        .post("/auth/logout", &format!("{PAGE_USER_FIELD}={page}"))
        .await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.whoami().await, "anonymous");
}

#[tokio::test]
async fn a_page_stays_valid_when_the_secret_is_rotated() {
    const OLD: &str = "an-old-secret-3141592653589793238462643383";
    const NEW: &str = "a-new-secret-27182818284590452353602874713";
    let env = TestEnvBuilder::new().set("AUTH0_SECRET", OLD).build().await;
    let mut browser = env.logged_in("alice").await;
    let page = page_user(&mut browser).await;
    let both = format!("{NEW},{OLD}");
    let mut browser = browser.with_router(&env.restarted(&[("AUTH0_SECRET", Some(&both))]).await);
    assert_ne!(page_user(&mut browser).await, page);
    let response = call(&mut browser, Method::POST, "/api/change", &page).await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    // With another value the page would reload.
    assert_eq!(response.header("auth0-current-user"), Some(&*page));
}
