//! The page that a logout ends at.

use axum::{Router, routing::get};
use http::StatusCode;

use crate::app::TestEnv;

#[tokio::test]
async fn a_logout_ends_on_a_page_of_the_engine_if_the_application_has_none() {
    let env = TestEnv::new().await;
    for app in [
        Router::new(),
        Router::new().fallback(|| async { (StatusCode::NOT_FOUND, "no such page") }),
    ] {
        let mut browser = env.browser().with_router(&env.auth0.wrap(app));
        let page = browser.get("/signed-out").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("You are logged out"), "{}", page.body);
        assert!(page.body.contains("href=\"/auth/login\""), "{}", page.body);
        assert_eq!(page.header("cache-control"), Some("no-store"));
        for path in ["/signed-out/x", "/nothing"] {
            let page = browser.get(path).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}

#[tokio::test]
async fn the_page_of_the_application_comes_first() {
    let env = TestEnv::new().await;
    for app in [
        Router::new().route("/signed-out", get(|| async { "bye" })),
        Router::new().fallback(|| async { "bye" }),
        Router::new().route("/{*page}", get(|| async { "bye" })),
    ] {
        let mut browser = env.browser().with_router(&env.auth0.wrap(app));
        assert_eq!(browser.get("/signed-out").await.body, "bye");
    }
}

#[tokio::test]
async fn a_signed_in_user_is_not_told_to_be_logged_out() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let page = browser.get("/signed-out").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("You are logged in"), "{}", page.body);
}

#[tokio::test]
async fn a_moved_page_moves_the_page_of_the_engine() {
    let env = TestEnv::new().await;
    let routes = axum_auth0::Routes::default().signed_out("/bye");
    let builder = axum_auth0::Auth0::builder()
        .domain("tenant.eu.auth0.com")
        .client("client", "client-secret")
        .secret("0123456789abcdef0123456789abcdef")
        .base_url("http://localhost:3000")
        .set("AUTH0_SESSION_STORE", "memory:");
    let auth0 = builder.routes(routes).build().await.unwrap();
    let mut browser = env.browser().with_router(&auth0.wrap(Router::new()));
    assert_eq!(browser.get("/bye").await.status, 200);
    assert_eq!(browser.get("/signed-out").await.status, 404);
}
