//! A handler, or a function that it calls, is tested alone.

use axum::{Router, body::Body, extract::FromRequestParts as _, routing::get};
use axum_auth0::{CurrentUser, SignedInUser, testing::TestLogin};
use http::{Request, StatusCode};
use tower::ServiceExt as _;

use crate::ProductsApi;

async fn roles(user: SignedInUser) -> String {
    user.claim::<Vec<String>>("https://example.com/roles")
        .unwrap_or_default()
        .join(" ")
}

fn admin() -> TestLogin {
    let roles = serde_json::json!(["admin", "buyer"]);
    TestLogin::new("auth0|alice").claim("https://example.com/roles", roles)
}

#[tokio::test]
async fn a_handler_is_called_as_a_function() {
    let CurrentUser::SignedIn(user) = admin().into_current_user().await.unwrap() else {
        panic!("not signed in");
    };
    assert_eq!(user.subject(), "auth0|alice");
    assert_eq!(roles(user).await, "admin buyer");
}

#[tokio::test]
async fn a_handler_is_called_without_the_layers() {
    let app = || Router::new().route("/", get(roles));
    let user = admin().into_current_user().await.unwrap();
    let request = Request::get("/").extension(user).body(Body::empty());
    let response = app().oneshot(request.unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let request = Request::get("/").body(Body::empty()).unwrap();
    let response = app().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

/// A Leptos server function reads the parts of the request from its context.
#[tokio::test]
async fn the_parts_of_a_request_carry_the_user_and_the_tokens() {
    let login = TestLogin::new("auth0|alice").token::<ProductsApi>("a token");
    let (mut parts, ()) = Request::new(()).into_parts();
    let user = login.into_current_user().await.unwrap();
    parts.extensions.insert(user);
    let user = SignedInUser::from_request_parts(&mut parts, &())
        .await
        .unwrap();
    let token = user.access_token::<ProductsApi>().await.unwrap();
    assert_eq!(token.expose(), "a token");
}
