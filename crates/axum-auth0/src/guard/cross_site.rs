//! Requests from other sites change nothing.
//!
//! Leptos leaves this to the application (server functions are forms that any site could post). Reads are GET and
//! writes are not, so whatever is not GET or HEAD must come from this site; and server functions answer no other site
//! at all, since one that reads by GET could be made to write by mistake.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::json;

use crate::engine::Engine;

/// Where server functions live.
const API_PREFIX: &str = "/api/";

/// The layer: refuses what another site sent, with 403.
pub(crate) async fn refuse_cross_site(
    State(engine): State<Arc<Engine>>,
    request: Request,
    next: Next,
) -> Response {
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    let allowed = if safe {
        !request.uri().path().starts_with(API_PREFIX) || may_read(request.headers())
    } else {
        may_change(request.headers(), &engine.config().origin())
    };
    if allowed {
        return next.run(request).await;
    }
    tracing::warn!(method = %request.method(), path = request.uri().path(), "a request from another site was refused");
    let body = Json(json!({
        "code": "cross_site",
        "error": "cross_site",
        "error_description": "this request came from another site",
    }));
    (
        StatusCode::FORBIDDEN,
        [(header::CACHE_CONTROL, "no-store")],
        body,
    )
        .into_response()
}

/// What comes from this site, from a typed address, or from a program (which says nothing and has no one's cookies).
fn may_read(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_none_or(|site| site == "same-origin" || site == "none")
}

/// What says that it comes from this site: by `Origin`, which every browser sends with a change, or by
/// `Sec-Fetch-Site`. Both must agree where both are there; neither is not enough.
fn may_change(headers: &HeaderMap, ours: &str) -> bool {
    let site = headers
        .get("sec-fetch-site")
        .map(|site| site == "same-origin");
    let origin = headers
        .get(header::ORIGIN)
        .map(|origin| origin.as_bytes() == ours.as_bytes());
    match (site, origin) {
        (Some(site), Some(origin)) => site && origin,
        (Some(ours), None) | (None, Some(ours)) => ours,
        (None, None) => false,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn headers(site: Option<&str>, origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Some(site) = site {
            headers.insert("sec-fetch-site", site.parse().unwrap());
        }
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_change_must_say_that_it_comes_from_this_site() {
        let ours = "https://site.example";
        for (site, origin, expected) in [
            (Some("same-origin"), Some(ours), true),
            (None, Some(ours), true),
            (Some("same-origin"), None, true),
            (Some("same-origin"), Some("https://evil.example"), false),
            (Some("cross-site"), Some(ours), false),
            (Some("same-site"), Some("https://a.site.example"), false),
            (Some("none"), None, false),
            (None, Some("null"), false),
            (None, Some("https://site.example.evil.example"), false),
            (None, Some("http://site.example"), false),
            (None, None, false),
        ] {
            assert_eq!(
                may_change(&headers(site, origin), ours),
                expected,
                "{site:?} {origin:?}"
            );
        }
    }

    #[test]
    fn a_read_may_come_from_this_site_a_typed_address_or_a_program() {
        for (site, expected) in [
            (Some("same-origin"), true),
            (Some("none"), true),
            (None, true),
            (Some("same-site"), false),
            (Some("cross-site"), false),
        ] {
            assert_eq!(may_read(&headers(site, None)), expected, "{site:?}");
        }
    }
}
