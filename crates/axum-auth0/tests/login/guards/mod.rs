//! The layers before the application: canonical host, CSRF protection, data routes, protected pages.

mod data_routes;
mod origins;
mod pages;

use axum::body::Body;
use http::{Method, header};
use test_support::{Browser, browser::TestResponse};

const FORM: &[(&str, &str)] = &[
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
    ("accept", "text/html"),
];

async fn send(
    browser: &mut Browser,
    method: Method,
    path: &str,
    headers: &[&[(&str, &str)]],
) -> TestResponse {
    let mut request = browser.request(method, path);
    for (name, value) in headers.iter().copied().flatten() {
        if *name == "host" {
            let headers = request.headers_mut().unwrap();
            headers.insert(header::HOST, value.parse().unwrap());
        } else {
            request = request.header(*name, *value);
        }
    }
    browser.send(request.body(Body::empty()).unwrap()).await
}
