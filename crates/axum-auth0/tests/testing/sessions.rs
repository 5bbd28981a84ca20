//! The session of a test's user is like that of a login.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    routing::{get, post},
};
use axum_auth0::{
    Auth0, Auth0Builder, MemoryStore, SignedInUser, clock::MockClock, testing::TestLogin,
};
use http::{Method, Request, Response, StatusCode, header};
use tower::ServiceExt as _;

async fn name(user: SignedInUser) -> String {
    let name: Option<String> = user.claim("name");
    format!("{} {}", user.subject(), name.unwrap_or_default())
}

fn app(auth0: &Auth0) -> Router {
    let app = Router::new()
        .route("/profile", get(name))
        .route("/rename", post(name));
    auth0.wrap(app)
}

fn builder() -> Auth0Builder {
    Auth0::builder().protect(["/profile"]).for_test()
}

fn alice() -> TestLogin {
    TestLogin::new("auth0|alice").claim("name", "Alice Example")
}

async fn send(auth0: &Auth0, request: http::request::Builder) -> Response<Body> {
    let request = request.body(Body::empty()).unwrap();
    app(auth0).oneshot(request).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    assert_eq!(response.status(), StatusCode::OK);
    let body = to_bytes(response.into_body(), 1024).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn a_protected_page_knows_the_user_and_the_claims() {
    let auth0 = builder().build().await.unwrap();
    let session = auth0.sign_in_for_test(alice()).await.unwrap();
    let response = send(&auth0, session.get("/profile")).await;
    assert_eq!(text(response).await, "auth0|alice Alice Example");

    let anonymous = Request::get("/profile").header(header::HOST, "localhost");
    let response = send(&auth0, anonymous).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_cookie_alone_signs_a_request_in() {
    let auth0 = builder().build().await.unwrap();
    let session = auth0.sign_in_for_test(alice()).await.unwrap();
    let request = Request::get("/profile")
        .header(header::HOST, "localhost")
        .header(header::COOKIE, session.cookie());
    assert_eq!(
        text(send(&auth0, request).await).await,
        "auth0|alice Alice Example"
    );
}

#[tokio::test]
async fn a_change_passes_the_csrf_protection() {
    let auth0 = builder().build().await.unwrap();
    let session = auth0.sign_in_for_test(alice()).await.unwrap();
    let response = send(&auth0, session.post("/rename")).await;
    assert_eq!(response.status(), StatusCode::OK);
    let request = session
        .request(Method::POST, "/rename")
        .header(header::ORIGIN, "https://elsewhere.example");
    let response = send(&auth0, request).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn several_users_are_signed_in_at_once() {
    let auth0 = builder().build().await.unwrap();
    let alice = auth0.sign_in_for_test(alice()).await.unwrap();
    let bob = auth0.sign_in_for_test(TestLogin::new("auth0|bob")).await;
    let bob = bob.unwrap();
    assert_eq!(
        text(send(&auth0, alice.get("/profile")).await).await,
        "auth0|alice Alice Example"
    );
    assert_eq!(
        text(send(&auth0, bob.get("/profile")).await).await,
        "auth0|bob "
    );
}

#[tokio::test]
async fn the_session_times_out() {
    let clock = MockClock::from_system();
    let inactivity = Duration::from_mins(10);
    let auth0 = builder()
        .session_lifetime(inactivity, Duration::from_hours(1))
        .clock(clock.clone())
        .build()
        .await
        .unwrap();
    let session = auth0.sign_in_for_test(alice()).await.unwrap();
    clock.advance(inactivity.as_secs().try_into().unwrap());
    let response = send(&auth0, session.get("/profile")).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_logout_ends_the_session() {
    let auth0 = builder().build().await.unwrap();
    let session = auth0.sign_in_for_test(alice()).await.unwrap();
    send(&auth0, session.post("/auth/logout")).await;
    let response = send(&auth0, session.get("/profile")).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_cookie_is_accepted_by_a_process_with_the_same_store_and_secret_only() {
    const SECRET: &str = "k3Zq81vXw0Lr5TnYb7HdJ2mPc9GfS4aE";
    let store = Arc::new(MemoryStore::default());
    let on_store = || builder().store(store.clone());
    let one = on_store().secret(SECRET).build().await.unwrap();
    let two = on_store().secret(SECRET).build().await.unwrap();
    let other = on_store().build().await.unwrap();
    let session = one.sign_in_for_test(alice()).await.unwrap();
    let response = send(&two, session.get("/profile")).await;
    assert_eq!(response.status(), StatusCode::OK);
    let response = send(&other, session.get("/profile")).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_browser_gets_the_cookie_with_the_attributes_of_a_login() {
    let secure = builder().base_url("https://shop.example");
    let auth0 = secure.build().await.unwrap();
    let session = auth0.sign_in_for_test(alice()).await.unwrap();
    let set_cookie = session.set_cookie();
    let set_cookie = set_cookie.to_str().unwrap();
    let cookie = session.cookie();
    assert!(set_cookie.starts_with(cookie.to_str().unwrap()));
    assert!(set_cookie.starts_with("__Host-session="));
    for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age="] {
        assert!(set_cookie.contains(attribute), "{set_cookie}");
    }
    let response = send(&auth0, session.get("/profile")).await;
    assert_eq!(response.status(), StatusCode::OK);
}
