//! Responses of the site to an anonymous visitor, without a server: no engine, no guard, no network. What is private
//! must be private here already.

#![expect(clippy::unwrap_used, reason = "tests")]

use app::{
    App,
    routes::{SIGNED_OUT, protected_paths},
    shell,
};
use axum::{Router, body::Body};
use http::{Method, Request, StatusCode, header};
use leptos::prelude::LeptosOptions;
use leptos_axum::{LeptosRoutes as _, generate_route_list};
use leptos_router::SsrMode;
use tower::ServiceExt as _;

fn site() -> Router {
    let options = LeptosOptions::builder().output_name("leptos-auth0").build();
    let pages = pages();
    Router::new()
        .leptos_routes(&options, pages, {
            let options = options.clone();
            move || shell(options.clone())
        })
        .fallback(leptos_axum::file_and_error_handler::<LeptosOptions, _>(
            shell,
        ))
        .with_state(options)
}

fn pages() -> Vec<leptos_axum::AxumRouteListing> {
    generate_route_list(App)
}

struct Response {
    status: StatusCode,
    location: Option<String>,
    cookie: Option<String>,
    body: String,
}

async fn send(request: Request<Body>) -> Response {
    let response = site().oneshot(request).await.unwrap();
    let text = |name| {
        response
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    Response {
        status: response.status(),
        location: text(header::LOCATION),
        cookie: text(header::SET_COOKIE),
        body: {
            let body = axum::body::to_bytes(response.into_body(), 1 << 20).await;
            String::from_utf8(body.unwrap().to_vec()).unwrap()
        },
    }
}

async fn get(path: &str) -> Response {
    let request = Request::get(path).header(header::ACCEPT, "text/html");
    send(request.body(Body::empty()).unwrap()).await
}

/// A form as a browser without JavaScript posts it from `/products`.
async fn post_form(path: &str, form: &'static str) -> Response {
    let request = Request::post(path)
        .header(header::ACCEPT, "text/html,application/xhtml+xml")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ORIGIN, "http://localhost:3000")
        .header(header::REFERER, "http://localhost:3000/products?edit=p1");
    send(request.body(Body::from(form)).unwrap()).await
}

#[tokio::test]
async fn every_protected_page_is_rendered_completely_before_it_is_sent() {
    let pages = pages();
    for protected in protected_paths() {
        let page = pages.iter().find(|page| page.path() == protected);
        assert_eq!(
            page.map(leptos_axum::AxumRouteListing::mode),
            Some(&SsrMode::Async),
            "{protected}"
        );
    }
}

#[tokio::test]
async fn a_logout_returns_to_a_page_of_the_site() {
    let routes = axum_auth0::Routes::default();
    assert_eq!(routes.signed_out_path(), SIGNED_OUT.path);
}

#[tokio::test]
async fn every_server_function_is_guarded_unless_it_is_listed_here() {
    const PUBLIC: &[&str] = &["/auth/user"];
    let functions: Vec<_> = leptos::server_fn::axum::server_fn_paths().collect();
    assert!(functions.len() >= 7, "{functions:?}");
    for (path, method) in functions {
        let form = "id=p1&name=x&category=x&price=1&stock=1&product=x&quantity=1&idempotency_key=k-1\
                    &api=PRODUCTS&scope=";
        let request = Request::builder()
            .method(method.clone())
            .uri(path)
            .header(header::ACCEPT, "application/json");
        let request = if method == Method::POST {
            request
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from(form))
        } else {
            request.body(Body::empty())
        };
        let response = send(request.unwrap()).await;
        if PUBLIC.contains(&path) {
            assert_eq!(response.status, StatusCode::OK, "{method} {path}");
        } else {
            assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(
                response.body, r#"{"code":"sign_in_required"}"#,
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn an_anonymous_visitor_is_null_and_not_an_error() {
    let response = get("/auth/user").await;
    assert_eq!(response.body, "null");
}

#[tokio::test]
async fn the_start_page_offers_the_login_and_nothing_private() {
    let response = get("/").await;
    assert_eq!(response.status, StatusCode::OK);
    assert!(response.body.contains(r#"href="/auth/login?returnTo=%2F""#));
    assert!(response.body.contains("<title>Stockroom</title>"));
    assert!(!response.body.contains("My products"));
}

#[tokio::test]
async fn a_protected_page_renders_nothing_private_even_without_the_page_guard() {
    for (path, login) in [
        ("/products", "/auth/login?returnTo=%2Fproducts"),
        ("/profile?x=1", "/auth/login?returnTo=%2Fprofile%3Fx%3D1"),
    ] {
        let response = get(path).await;
        assert_eq!(response.status, StatusCode::SEE_OTHER);
        assert_eq!(response.location.as_deref(), Some(login));
        assert!(!response.body.contains("<table"));
        assert!(!response.body.contains("<form"));
    }
}

#[tokio::test]
async fn an_unknown_page_is_not_found() {
    for path in ["/nothing-here", "/products/extra"] {
        let response = get(path).await;
        assert_eq!(response.status, StatusCode::NOT_FOUND, "{path}");
        assert!(response.body.contains("Page not found"));
    }
}

#[tokio::test]
async fn a_plain_form_without_a_session_goes_to_the_login_and_comes_back_to_its_page() {
    let response = post_form("/api/products", "name=Saw&category=Tools&price=12&stock=4").await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    assert_eq!(
        response.location.as_deref(),
        Some("/auth/login?returnTo=%2Fproducts%3Fedit%3Dp1")
    );
    // Without the engine there is no key to seal what was typed with, so it is not kept.
    assert_eq!(response.cookie, None);
}

#[tokio::test]
async fn a_form_with_a_missing_field_is_redirected_to_its_page_without_details() {
    let response = post_form("/api/products", "name=Saw").await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    assert_eq!(response.location.as_deref(), Some("/products?edit=p1"));
}
