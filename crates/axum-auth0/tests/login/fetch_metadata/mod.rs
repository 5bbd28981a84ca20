//! Fetch Metadata: navigations, prefetches, frames and background requests at every route that distinguishes them.

mod restarted_logins;
mod routes;

use axum::body::Body;
use http::Method;
use test_support::{Browser, browser::TestResponse};

/// The headers of a navigation that a service worker forwards.
const BY_SERVICE_WORKER: &[(&str, &str)] = &[
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "empty"),
    ("sec-fetch-site", "same-origin"),
    ("accept", "text/html,*/*;q=0.8"),
];

const SPECULATIVE: &[&[(&str, &str)]] = &[
    &[("sec-purpose", "prefetch")],
    &[("sec-purpose", "prefetch;prerender")],
    &[("sec-purpose", "prefetch;anonymous-client-ip")],
    &[("purpose", "prefetch")],
    &[("x-moz", "prefetch")],
    &[("x-purpose", "preview")],
];

const NAVIGATION: &[(&str, &str)] = &[
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-site", "same-origin"),
    ("accept", "text/html"),
];

async fn get(browser: &mut Browser, path: &str, headers: &[&[(&str, &str)]]) -> TestResponse {
    let mut request = browser.request(Method::GET, path);
    for (name, value) in headers.iter().copied().flatten() {
        request = request.header(*name, *value);
    }
    browser.send(request.body(Body::empty()).unwrap()).await
}
