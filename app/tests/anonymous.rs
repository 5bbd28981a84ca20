//! What the site answers to somebody who is not signed in, without a server around it: no engine, no guard, no
//! network. Whatever is private must be private here already.

#![expect(clippy::unwrap_used, reason = "tests")]

use app::{App, GUARDED_PATHS, PROTECTED_PATHS, SERVER_PATHS, shell};
use axum::{Router, body::Body};
use http::{Method, Request, StatusCode, header};
use leptos::prelude::LeptosOptions;
use leptos_axum::{LeptosRoutes as _, generate_route_list_with_exclusions};
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
    let excluded = SERVER_PATHS.iter().map(|&path| path.to_owned()).collect();
    generate_route_list_with_exclusions(App, Some(excluded))
}

struct Answer {
    status: StatusCode,
    location: Option<String>,
    cookie: Option<String>,
    body: String,
}

async fn ask(request: Request<Body>) -> Answer {
    let answer = site().oneshot(request).await.unwrap();
    let text = |name| {
        answer
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    Answer {
        status: answer.status(),
        location: text(header::LOCATION),
        cookie: text(header::SET_COOKIE),
        body: {
            let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await;
            String::from_utf8(body.unwrap().to_vec()).unwrap()
        },
    }
}

async fn get(path: &str) -> Answer {
    let request = Request::get(path).header(header::ACCEPT, "text/html");
    ask(request.body(Body::empty()).unwrap()).await
}

/// A form as a browser without JavaScript posts it from `/products`.
async fn post_form(path: &str, form: &'static str) -> Answer {
    let request = Request::post(path)
        .header(header::ACCEPT, "text/html,application/xhtml+xml")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ORIGIN, "http://localhost:3000")
        .header(header::REFERER, "http://localhost:3000/products?error=old");
    ask(request.body(Body::from(form)).unwrap()).await
}

#[tokio::test]
async fn every_protected_page_is_a_page_that_is_rendered_as_a_whole() {
    let pages = pages();
    for protected in PROTECTED_PATHS {
        assert!(GUARDED_PATHS.contains(protected), "{protected}");
        let page = pages.iter().find(|page| page.path() == *protected);
        assert_eq!(
            page.map(leptos_axum::AxumRouteListing::mode),
            Some(&SsrMode::Async),
            "{protected}"
        );
    }
}

#[tokio::test]
async fn the_addresses_of_the_engine_are_the_ones_linked_to() {
    assert_eq!(axum_auth0::LOGIN_PATH, leptos_auth0::LOGIN_PATH);
    assert_eq!(axum_auth0::LOGOUT_PATH, leptos_auth0::LOGOUT_PATH);
    assert_eq!(axum_auth0::SIGNED_OUT_PATH, app::paths::SIGNED_OUT);
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
        let answer = ask(request.unwrap()).await;
        if PUBLIC.contains(&path) {
            assert_eq!(answer.status, StatusCode::OK, "{method} {path}");
        } else {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(
                answer.body, r#"{"code":"sign_in_required"}"#,
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn nobody_is_null_and_not_an_error() {
    let answer = get("/auth/user").await;
    assert_eq!(answer.body, "null");
}

#[tokio::test]
async fn the_start_page_offers_the_login_and_nothing_private() {
    let answer = get("/").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains(r#"href="/auth/login?returnTo=%2F""#));
    assert!(answer.body.contains("<title>Stockroom</title>"));
    assert!(!answer.body.contains("My products"));
}

#[tokio::test]
async fn a_protected_page_renders_nothing_private_even_without_the_guard_of_the_server() {
    for (path, login) in [
        ("/products", "/auth/login?returnTo=%2Fproducts"),
        ("/profile?x=1", "/auth/login?returnTo=%2Fprofile%3Fx%3D1"),
    ] {
        let answer = get(path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.location.as_deref(), Some(login));
        assert!(!answer.body.contains("<table"));
        assert!(!answer.body.contains("<form"));
    }
}

#[tokio::test]
async fn an_unknown_page_is_not_found() {
    for path in ["/nothing-here", "/products/extra"] {
        let answer = get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.body.contains("Page not found"));
    }
}

#[tokio::test]
async fn a_plain_form_without_a_session_goes_to_the_login_and_keeps_what_was_typed() {
    let answer = post_form("/api/products", "name=Saw&category=Tools&price=12&stock=4").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(
        answer.location.as_deref(),
        Some("/auth/login?returnTo=%2Fproducts")
    );
    let cookie = answer.cookie.unwrap();
    assert!(
        cookie.starts_with("typed_form=form=add&name=Saw&category=Tools&price=12&stock=4;"),
        "{cookie}"
    );
    assert!(cookie.contains("; HttpOnly; SameSite=Lax"));
}

#[tokio::test]
async fn a_form_with_a_missing_field_comes_back_with_a_code_only() {
    let answer = post_form("/api/products", "name=Saw").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(
        answer.location.as_deref(),
        Some("/products?error=bad_request")
    );
}
