//! The request that carries the logout token.

use axum::{body::Body, extract::Request};
use http::{Method, header};

use super::{PATH, claims, post_form, send, sign};
use crate::app::{TestEnv, TestEnvBuilder};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn other_requests_than_one_form_with_one_token_are_refused() {
    let env = TestEnv::new().await;
    env.logged_in("alice").await;
    let token = sign(&env, &claims(&env, "alice"));
    for (content_type, form, status) in [
        (
            "application/json",
            format!("{{\"logout_token\":\"{token}\"}}"),
            400,
        ),
        ("text/plain", format!("logout_token={token}"), 400),
        ("", format!("logout_token={token}"), 400),
        (FORM, String::new(), 400),
        (FORM, "logout_token=".to_owned(), 400),
        (FORM, format!("token={token}"), 400),
        (
            FORM,
            format!("logout_token={token}&logout_token={token}"),
            400,
        ),
        (FORM, format!("logout_token={}", "a".repeat(20_000)), 400),
        (FORM, format!("logout_token={}", "a".repeat(1_000_000)), 413),
    ] {
        let response = post_form(&env.router, content_type, form.clone()).await;
        assert_eq!(response.status, status, "{content_type} {form:.40}");
        assert_eq!(
            response.cache_control, "no-store",
            "{content_type} {form:.40}"
        );
        assert_eq!(
            env.store.logins().await.len(),
            1,
            "{content_type} {form:.40}"
        );
    }
    for method in [Method::GET, Method::HEAD, Method::PUT] {
        let uri = format!("{PATH}?logout_token={token}");
        let request = Request::builder().method(method).uri(uri);
        let response = send(&env.router, request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status, 405);
    }
    assert_eq!(env.store.logins().await.len(), 1);
    let with_parameters = format!("{FORM}; charset=utf-8");
    let response = post_form(
        &env.router,
        &with_parameters,
        format!("logout_token={token}&state=x"),
    )
    .await;
    assert_eq!(response.status, 200);
    assert!(env.store.logins().await.is_empty());
}

/// The route proves by its token where a request comes from.
#[tokio::test]
async fn neither_the_host_nor_the_origin_of_the_provider_matters() {
    let env = TestEnv::new().await;
    env.logged_in("alice").await;
    let token = sign(&env, &claims(&env, "alice"));
    let request = Request::builder()
        .method(Method::POST)
        .uri(PATH)
        .header(header::HOST, "site.internal:8080")
        .header(header::ORIGIN, "https://provider.example")
        .header("sec-fetch-site", "cross-site")
        .header(header::COOKIE, "session=malformed; session=twice")
        .header(header::CONTENT_TYPE, FORM)
        .body(Body::from(format!("logout_token={token}")))
        .unwrap();
    assert_eq!(send(&env.router, request).await.status, 200);
    assert!(env.store.logins().await.is_empty());
}

#[tokio::test]
async fn the_route_is_below_the_base_path() {
    let env = TestEnvBuilder::new()
        .set("APP_BASE_URL", "http://localhost:3000/shop")
        .build()
        .await;
    let post = |path: &str| {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::CONTENT_TYPE, FORM)
            .body(Body::from("logout_token=opaque"))
            .unwrap();
        async { send(&env.router, request).await.status }
    };
    assert_eq!(post("/shop/auth/backchannel-logout").await, 400);
    assert_eq!(post("/auth/backchannel-logout").await, 404);
}
