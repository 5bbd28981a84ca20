//! Errors of the engine as responses of handlers.

use axum::{
    Json, Router,
    routing::{get, post},
};
use axum_auth0::{ApiError, Auth0, SignedInUser, TokenError};
use http::{Method, StatusCode};
use test_support::{Endpoint, ProductsApi, Reply, SITE, UndeclaredApi};

use crate::app::TestEnv;

async fn invoices(user: SignedInUser) -> Result<Json<Vec<String>>, ApiError> {
    let call = user.api::<UndeclaredApi>().get(["invoices"]);
    Ok(Json(call.send().await?.json()?))
}

async fn token(user: SignedInUser) -> Result<&'static str, TokenError> {
    user.access_token::<ProductsApi>().await?;
    Ok("a token")
}

async fn account(user: SignedInUser) -> String {
    user.subject().to_owned()
}

async fn renewed(user: SignedInUser) -> Result<&'static str, TokenError> {
    let options = axum_auth0::TokenOptions {
        force_refresh: true,
        ..Default::default()
    };
    user.access_token_with::<ProductsApi>(options).await?;
    Ok("a token")
}

fn app(auth0: &Auth0) -> Router {
    let nested = Router::new().route("/account", get(account));
    let app = Router::new()
        .route("/invoices", get(invoices))
        .route("/token", get(token))
        .route("/renewed", get(renewed).post(renewed))
        .route("/account", get(account).post(account))
        .route("/api/account", post(account).get(account))
        .nest("/nested", nested);
    auth0.wrap(app)
}

const SCRIPT: [(&str, &str); 2] = [
    ("sec-fetch-mode", "cors"),
    ("accept", "text/html,application/json"),
];

#[tokio::test]
async fn a_navigation_that_needs_a_user_is_redirected_to_the_login_that_returns_to_it() {
    let env = TestEnv::new().await;
    let mut browser = env.browser().with_router(&app(&env.auth0));
    for (path, return_to) in [
        ("/account", "%2Faccount"),
        ("/account?tab=2", "%2Faccount%3Ftab%3D2"),
        ("/nested/account", "%2Fnested%2Faccount"),
    ] {
        let response = browser.get(path).await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{path}");
        let login = format!("/auth/login?returnTo={return_to}");
        assert_eq!(response.location(), login);
        assert_eq!(response.body, "");
    }
}

#[tokio::test]
async fn a_form_of_an_anonymous_user_leads_to_the_login_that_returns_to_its_page() {
    let env = TestEnv::new().await;
    let mut browser = env.browser().with_router(&app(&env.auth0));
    for (referer, return_to) in [
        ("http://localhost:3000/form?step=2", "%2Fform%3Fstep%3D2"),
        ("http://localhost:3000/auth/logout", "%2F"),
        ("", "%2F"),
    ] {
        let request = browser
            .request(Method::POST, "/account")
            .header("origin", SITE)
            .header("sec-fetch-mode", "navigate")
            .header("referer", referer);
        let request = request.body(axum::body::Body::empty()).unwrap();
        let response = browser.send(request).await;
        let login = format!("/auth/login?returnTo={return_to}");
        assert_eq!(response.location(), login, "{referer}");
    }
}

#[tokio::test]
async fn everything_but_a_navigation_gets_json() {
    let env = TestEnv::new().await;
    let mut browser = env.browser().with_router(&app(&env.auth0));
    for headers in [
        &SCRIPT[..],
        &[("accept", "application/json")],
        &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")],
        &[
            ("sec-fetch-mode", "navigate"),
            ("sec-purpose", "prefetch;prerender"),
        ],
        &[("accept", "text/event-stream")],
    ] {
        let response = browser.fetch("/account", headers).await;
        assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{headers:?}");
        assert_eq!(response.json()["code"], "sign_in_required");
        assert_eq!(response.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn a_data_route_and_the_profile_respond_with_json_to_a_navigation_too() {
    let env = TestEnv::new().await;
    let mut browser = env.browser().with_router(&app(&env.auth0));
    for path in ["/api/account", "/auth/profile"] {
        let response = browser.get(path).await;
        assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(response.header("location"), None);
        assert_eq!(response.json()["error"], "sign_in_required");
    }
}

#[tokio::test]
async fn a_session_that_the_provider_ended_leads_to_the_login() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await.with_router(&app(&env.auth0));
    env.provider
        .reply(Endpoint::Refresh, Reply::error(400, "invalid_grant"));
    let response = browser.get("/renewed").await;
    assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.body);
    assert_eq!(response.location(), "/auth/login?returnTo=%2Frenewed");

    let mut browser = env.logged_in("alice").await.with_router(&app(&env.auth0));
    env.provider
        .reply(Endpoint::Refresh, Reply::error(400, "invalid_grant"));
    let response = browser.fetch("/renewed", &SCRIPT).await;
    assert_eq!(response.status, StatusCode::UNAUTHORIZED);
    assert_eq!(response.json()["code"], "sign_in_required");
}

#[tokio::test]
async fn an_unavailable_provider_is_503_with_retry_after() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await.with_router(&app(&env.auth0));
    assert_eq!(browser.get("/token").await.body, "a token");
    env.provider
        .reply(Endpoint::Refresh, Reply::busy(503, "17"));
    let response = browser.get("/renewed").await;
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.json()["code"], "provider_unavailable");
    assert_eq!(response.header("retry-after"), Some("17"));
}

#[tokio::test]
async fn a_misconfiguration_is_500_with_an_explanation_on_request_only() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for (setting, explains) in [("true", true), ("false", false)] {
        let config = env.config(&[("AUTH0_EXPOSE_DIAGNOSES", Some(setting))]);
        let auth0 = env.auth0_builder().config(config).build().await.unwrap();
        browser = browser.with_router(&app(&auth0));
        let response = browser.get("/invoices").await;
        assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
        let body = response.json();
        assert_eq!(body["code"], "misconfigured", "{body}");
        assert_eq!(body["diagnosis"]["code"], "undeclared_api", "{body}");
        assert_eq!(body["diagnosis"].get("fix").is_some(), explains, "{body}");
        assert_eq!(response.body.contains("INVOICES"), explains, "{body}");
    }
}

#[tokio::test]
async fn a_head_request_gets_no_token() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await.with_router(&app(&env.auth0));
    let response = browser.head("/token").await;
    assert_eq!(response.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.header("allow"), Some("GET"));
}

#[tokio::test]
async fn an_unavailable_store_is_503() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await.with_router(&app(&env.auth0));
    env.store.set_unavailable(true);
    let response = browser.get("/account").await;
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.json()["code"], "store_unavailable");
}
