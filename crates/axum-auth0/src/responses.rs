//! Small responses that several routes and layers share.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

/// Returns 303 See Other, which a browser follows with GET regardless of the method. `target` is a serialized URL or a
/// validated path.
pub(crate) fn see_other(target: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(target) else {
        tracing::error!("redirect failed: the target is not a header value");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    (
        StatusCode::SEE_OTHER,
        [
            (header::LOCATION, location),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (
                header::REFERRER_POLICY,
                HeaderValue::from_static("no-referrer"),
            ),
        ],
    )
        .into_response()
}

/// Returns the response to a prefetch or a prerender. It has no effect, and a browser does not show it as the page.
pub(crate) fn no_content() -> Response {
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "sec-purpose"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Returns an error for a program, as OAuth 2.0 JSON (RFC 6749 §5.2).
pub(crate) fn json_error(status: StatusCode, error: &str, description: &str) -> Response {
    let body = Json(json!({ "error": error, "error_description": description }));
    (status, [(header::CACHE_CONTROL, "no-store")], body).into_response()
}

/// Like [`json_error`], with the `code` that server functions of `leptos-auth0` read.
pub(crate) fn json_error_with_code(status: StatusCode, code: &str, description: &str) -> Response {
    let body = Json(json!({ "code": code, "error": code, "error_description": description }));
    (status, [(header::CACHE_CONTROL, "no-store")], body).into_response()
}
