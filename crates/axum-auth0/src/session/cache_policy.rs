//! The layer that prevents caches from serving a response that depends on the session to another user.
//!
//! It cannot know what a handler read, so every response counts as dependent unless it is certainly a static file.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{extract::Request, middleware::Next, response::Response};
use http::{
    Extensions, HeaderMap, HeaderValue, Method, StatusCode,
    header::{self, HeaderName},
};

const COOKIE: HeaderValue = HeaderValue::from_static("cookie");

const NO_STORE: HeaderValue =
    HeaderValue::from_static("private, no-cache, no-store, must-revalidate, max-age=0");

/// The browser may store the response, and asks whether it is still current before every use.
const REVALIDATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Request extension that records whether a guard or an extractor read the user.
#[derive(Clone, Debug, Default)]
pub(crate) struct SessionAccess(Arc<AtomicBool>);

impl SessionAccess {
    /// Records in the extensions of a request that its response depends on the session.
    pub(crate) fn record(extensions: &Extensions) {
        if let Some(Self(access)) = extensions.get() {
            access.store(true, Ordering::Relaxed);
        }
    }

    fn is_recorded(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Layer that sets `Cache-Control`, unless the response has it, and `Vary: cookie` (CVE-2025-48947).
///
/// Every response counts as dependent on the session, except a static file: see [`is_file`]. A router may serve files
/// by its fallback, as Leptos applications do, and a page that loads its scripts and WASM again for each view is slow.
pub(crate) async fn cache_policy(request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let access = request.extensions().get::<SessionAccess>().cloned();
    let since = request.headers().get(header::IF_MODIFIED_SINCE).cloned();
    let has_etag = request.headers().contains_key(header::IF_NONE_MATCH);
    let mut response = next.run(request).await;

    let is_used = access.is_none_or(|access| access.is_recorded());
    if !is_read || is_used || !is_file(&response) {
        let headers = response.headers_mut();
        headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
        headers.append(header::VARY, COOKIE);
        return response;
    }
    response
        .headers_mut()
        .entry(header::CACHE_CONTROL)
        .or_insert(REVALIDATE);
    let is_current =
        since.is_some() && since.as_ref() == response.headers().get(header::LAST_MODIFIED);
    if is_current && !has_etag && response.status() == StatusCode::OK {
        return not_modified(response);
    }
    response
}

/// Makes a response that sets the session cookie unsuitable for every cache, regardless of what the application declares.
pub(super) fn forbid_storing(headers: &mut HeaderMap) {
    if !contains(headers, &header::CACHE_CONTROL, "no-store") {
        headers.insert(header::CACHE_CONTROL, NO_STORE);
        headers.append(header::VARY, COOKIE);
    }
}

/// Returns whether a response is a static file. `ServeDir` and `ServeFile` of tower-http send `Last-Modified` and
/// `Accept-Ranges`; an application marks other files with `Cache-Control: public` or `immutable`. A page is never a file,
/// and neither is a response that sets a cookie.
fn is_file(response: &Response) -> bool {
    let headers = response.headers();
    let is_page = contains(headers, &header::CONTENT_TYPE, "html");
    let is_served_from_disk = headers.contains_key(header::LAST_MODIFIED)
        && contains(headers, &header::ACCEPT_RANGES, "bytes");
    let is_declared = contains(headers, &header::CACHE_CONTROL, "public")
        || contains(headers, &header::CACHE_CONTROL, "immutable");
    !is_page
        && !headers.contains_key(header::SET_COOKIE)
        && match response.status() {
            StatusCode::OK | StatusCode::PARTIAL_CONTENT => is_served_from_disk || is_declared,
            // It has no content. A browser keeps what it stored, which was a file.
            StatusCode::NOT_MODIFIED => true,
            _ => false,
        }
}

fn contains(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    headers.get_all(name).iter().any(|value| {
        let value = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
        value.contains(word)
    })
}

/// Returns 304 instead of a file that the browser has (RFC 9110 §13.1.3). Leptos passes no preconditions on to the file
/// service, which would send the whole file again.
fn not_modified(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    *response.body_mut() = axum::body::Body::empty();
    for name in [
        header::CONTENT_LENGTH,
        header::CONTENT_TYPE,
        header::CONTENT_ENCODING,
    ] {
        response.headers_mut().remove(name);
    }
    response
}
