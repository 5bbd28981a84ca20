//! Routes at other paths than the default ones.

use axum::{Router, routing::get};
use axum_auth0::{Auth0, Routes};
use http::StatusCode;
use test_support::{Browser, CLIENT_ID, CLIENT_SECRET, PRODUCTS, ProductsApi, SITE};

use super::SECRET;
use crate::app::TestEnv;

/// A site whose routes are at other paths.
async fn moved(env: &TestEnv) -> Browser {
    let routes = Routes::default()
        .login("/login")
        .callback("/login/callback")
        .logout("/logout")
        .profile("/me")
        .signed_out("/bye");
    let mut variables: axum_auth0::Variables = [
        ("AUTH0_DOMAIN", env.provider.issuer()),
        ("PRODUCTS_API_URL", "http://127.0.0.1:4001"),
    ]
    .into_iter()
    .collect();
    variables.set("AUTH0_SESSION_STORE", "memory:");
    let auth0 = Auth0::builder()
        .variables(variables)
        .client(CLIENT_ID, CLIENT_SECRET)
        .secret(SECRET)
        .base_url(SITE)
        .audience(PRODUCTS)
        .login_api::<ProductsApi>()
        .routes(routes)
        .clock(env.clock.clone())
        .protect(["/"])
        .build()
        .await
        .unwrap();
    let app = Router::new().route("/page", get(|| async { "page" }));
    env.browser().with_router(&auth0.wrap(app))
}

#[tokio::test]
async fn routes_can_be_moved() {
    let env = TestEnv::new().await;
    let mut browser = moved(&env).await;
    let response = browser.get("/page").await;
    assert_eq!(response.location(), "/login?returnTo=%2Fpage");
    let authorization = browser.get("/login?returnTo=%2Fpage").await;
    let redirect_uri = authorization.redirect_parameter("redirect_uri");
    assert_eq!(redirect_uri, Some(format!("{SITE}/login/callback")));
    let callback = env.provider.authorize(authorization.location(), "alice");
    let response = browser.get(&callback.url("/login/callback")).await;
    assert_eq!(response.location(), "/page", "{}", response.body);
    assert_eq!(browser.get("/page").await.body, "page");
    assert_eq!(browser.get("/me").await.json()["sub"], "auth0|alice");
    assert_eq!(
        browser.get("/auth/login").await.status,
        StatusCode::NOT_FOUND
    );

    let response = browser.post("/logout", "").await;
    let end = url::Url::parse(response.location()).unwrap();
    let return_to = end
        .query_pairs()
        .find(|(name, _)| name == "post_logout_redirect_uri");
    assert_eq!(return_to.unwrap().1, format!("{SITE}/bye"));
    assert!(browser.get("/page").await.location().starts_with("/login"));
}

#[tokio::test]
async fn a_login_never_returns_to_a_route_of_the_engine() {
    let env = TestEnv::new().await;
    for page in [
        "/logout",
        "/login?returnTo=%2F",
        "/login/callback",
        "/auth/x",
    ] {
        let mut browser = moved(&env).await;
        let page: String = url::form_urlencoded::byte_serialize(page.as_bytes()).collect();
        let authorization = browser.get(&format!("/login?returnTo={page}")).await;
        let callback = env.provider.authorize(authorization.location(), "alice");
        let response = browser.get(&callback.url("/login/callback")).await;
        assert_eq!(response.location(), "/", "{page}");
    }
}

#[tokio::test]
async fn the_pages_of_errors_link_to_the_moved_login() {
    let env = TestEnv::new().await;
    let mut browser = moved(&env).await;
    let response = browser.get("/login/callback?state=x").await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    assert!(
        response.body.contains("href=\"/login\""),
        "{}",
        response.body
    );
    assert!(!response.body.contains("/auth/login"), "{}", response.body);
}
