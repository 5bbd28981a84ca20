//! The site has one name. Under another one (127.0.0.1 for localhost, say) cookies would be other cookies and the
//! callback would miss them.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http::{Method, StatusCode, header};
use serde_json::json;

use crate::engine::Engine;

/// The layer: a page under another name is redirected, anything else is refused.
pub(crate) async fn one_host(
    State(engine): State<Arc<Engine>>,
    request: Request,
    next: Next,
) -> Response {
    let origin = engine.config().origin();
    let ours = origin.split_once("://").map_or("", |(_, host)| host);
    let theirs = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| request.uri().authority().map(http::uri::Authority::as_str))
        .unwrap_or_default();
    if theirs.eq_ignore_ascii_case(ours) {
        return next.run(request).await;
    }
    if matches!(*request.method(), Method::GET | Method::HEAD) && wants_a_page(&request) {
        // `//evil.example` as a path would begin a URL of its own.
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str());
        return Redirect::temporary(&format!("{origin}/{}", path.trim_start_matches('/')))
            .into_response();
    }
    let body = Json(json!({
        "error": "misdirected_request",
        "error_description": format!("this site is {origin} (APP_BASE_URL)"),
    }));
    (
        StatusCode::MISDIRECTED_REQUEST,
        [(header::CACHE_CONTROL, "no-store")],
        body,
    )
        .into_response()
}

fn wants_a_page(request: &Request) -> bool {
    let is = |name: &str, part: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.contains(part))
    };
    is("sec-fetch-mode", "navigate") || is("accept", "text/html")
}
