//! A server function that requires a scope of the user's access token.

#![expect(clippy::unwrap_used, reason = "tests")]

use axum::{
    Router,
    body::Body,
    http::{Method, StatusCode, header},
    routing::get,
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use leptos_auth0::{AuthError, server::axum_auth0::CurrentUser};
use leptos_axum::LeptosRoutes as _;
use serde_json::json;
use test_support::{Browser, Endpoint, Part, ProductsApi, Reply, SITE, TestApp, TestResponse};

type TestEnv = test_support::TestEnv<Editor>;

#[server(prefix = "/api", endpoint = "edit", input = GetUrl)]
async fn edit() -> Result<String, AuthError> {
    use leptos_auth0::server::require_scope;

    let user = require_scope::<ProductsApi>("write:products").await?;
    Ok(user.subject().to_owned())
}

#[derive(Default)]
struct Editor;

impl TestApp for Editor {
    fn router(&self) -> Router {
        let options = LeptosOptions::builder().output_name("editor").build();
        Router::new()
            .leptos_routes(&options, Vec::new(), || ())
            .route("/whoami", get(who))
            .with_state(options)
    }
}

async fn who(user: CurrentUser) -> String {
    match user {
        CurrentUser::SignedIn(user) => user.subject().to_owned(),
        _ => "anonymous".to_owned(),
    }
}

async fn call(browser: &mut Browser) -> TestResponse {
    let request = browser
        .request(Method::GET, "/api/edit")
        .header(header::ORIGIN, SITE)
        .header("sec-fetch-site", "same-origin")
        .header(header::ACCEPT, "application/json")
        .body(Body::empty())
        .unwrap();
    browser.send(request).await
}

#[tokio::test]
async fn a_server_function_requires_a_scope_of_the_access_token() {
    let env = TestEnv::new().await;
    assert_eq!(
        call(&mut env.browser()).await.status,
        StatusCode::UNAUTHORIZED
    );
    let mut browser = env.logged_in("alice").await;
    let response = call(&mut browser).await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);

    env.provider.modify(Part::AccessToken, |claims| {
        claims["scope"] = json!("openid read:products");
    });
    let mut browser = env.logged_in("bob").await;
    let response = call(&mut browser).await;
    assert_eq!(response.status, StatusCode::FORBIDDEN, "{}", response.body);
    let missing = r#"{"kind":"scope","any_of":["write:products"]}"#;
    assert!(response.body.contains(missing), "{}", response.body);
}

#[tokio::test]
async fn a_server_function_stays_closed_while_the_provider_is_down() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(3_600);
    env.provider.reply(Endpoint::Refresh, Reply::busy(503, "1"));
    let response = call(&mut browser).await;
    assert_eq!(
        response.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        response.body
    );
}
