#![expect(clippy::unwrap_used, reason = "tests")]

use super::{redirect_after_form, respond_with_error};
use http::{HeaderValue, Method, Request, StatusCode, header, request::Parts};
use leptos::prelude::{Owner, provide_context};
use leptos_axum::ResponseOptions;

fn request(method: Method, accept: &'static str, referer: &'static str) -> Parts {
    let mut request = Request::new(());
    *request.method_mut() = method;
    let headers = request.headers_mut();
    headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
    headers.insert(header::REFERER, HeaderValue::from_static(referer));
    request.into_parts().0
}

/// Returns status and `Location` of the response to `request` after `act`.
fn respond(request: Parts, act: impl FnOnce()) -> (Option<StatusCode>, Option<String>) {
    let response = ResponseOptions::default();
    let owner = Owner::new();
    owner.with(|| {
        provide_context(request);
        provide_context(response.clone());
        act();
    });
    let parts = response.0.read().unwrap();
    let location = parts
        .headers
        .get(header::LOCATION)
        .map(|location| location.to_str().unwrap().to_owned());
    (parts.status, location)
}

const FORM: &str = "text/html,application/xhtml+xml";
const PAGE: &str = "http://localhost:3000/products?edit=p1";

#[test]
fn a_program_gets_the_status_of_the_error() {
    let post = request(Method::POST, "application/json", PAGE);
    let (status, location) = respond(post, || respond_with_error(401, None, "{}"));
    assert_eq!(status, Some(StatusCode::UNAUTHORIZED));
    assert_eq!(location, None);
}

#[test]
fn a_plain_form_is_redirected_to_its_page_without_details() {
    let post = request(Method::POST, FORM, PAGE);
    let (status, location) = respond(post, || respond_with_error(503, None, "{}"));
    assert_eq!(status, Some(StatusCode::SEE_OTHER));
    assert_eq!(location.as_deref(), Some("/products?edit=p1"));
}

#[test]
fn a_plain_form_without_a_session_is_redirected_to_the_login() {
    let post = request(Method::POST, FORM, PAGE);
    let (status, location) = respond(post, || respond_with_error(401, None, "{}"));
    assert_eq!(status, Some(StatusCode::SEE_OTHER));
    assert_eq!(
        location.as_deref(),
        Some("/auth/login?returnTo=%2Fproducts%3Fedit%3Dp1")
    );
}

#[test]
fn a_plain_form_without_a_session_is_redirected_to_the_configured_login() {
    let mut post = request(Method::POST, FORM, PAGE);
    let routes = axum_auth0::Routes::default().login("/in");
    post.extensions.insert(std::sync::Arc::new(routes));
    let (_, location) = respond(post, || respond_with_error(401, None, "{}"));
    assert_eq!(
        location.as_deref(),
        Some("/in?returnTo=%2Fproducts%3Fedit%3Dp1")
    );
}

#[test]
fn a_read_that_accepts_html_keeps_its_status() {
    let get = request(Method::GET, FORM, PAGE);
    let (status, location) = respond(get, || respond_with_error(401, None, "{}"));
    assert_eq!(status, Some(StatusCode::UNAUTHORIZED));
    assert_eq!(location, None);
}

#[test]
fn a_retry_delay_is_sent_as_retry_after() {
    let response = ResponseOptions::default();
    Owner::new().with(|| {
        provide_context(request(Method::GET, "application/json", PAGE));
        provide_context(response.clone());
        respond_with_error(503, Some(30), "{}");
    });
    let parts = response.0.read().unwrap();
    assert_eq!(parts.headers[header::RETRY_AFTER], "30");
}

#[test]
fn a_successful_form_is_redirected_only_without_the_app() {
    let plain = respond(request(Method::POST, FORM, PAGE), || {
        redirect_after_form("/products");
    });
    assert_eq!(
        plain,
        (Some(StatusCode::SEE_OTHER), Some("/products".into()))
    );
    let by_app = respond(request(Method::POST, "application/json", PAGE), || {
        redirect_after_form("/products");
    });
    assert_eq!(by_app, (None, None));
}

#[test]
fn the_redirect_never_leaves_the_site() {
    for referer in [
        "http://localhost:3000//evil.example/x",
        "//evil.example",
        "http://localhost:3000/\\evil.example",
        "javascript:alert(1)",
        "about:blank",
        "",
    ] {
        let post = request(Method::POST, FORM, referer);
        let (_, location) = respond(post, || respond_with_error(503, None, "{}"));
        assert_eq!(location.as_deref(), Some("/"), "{referer}");
    }
}
