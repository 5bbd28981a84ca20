//! Small responses that several routes and layers share.

use std::time::Duration;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::diagnosis::{Diagnosis, HIDDEN_DIAGNOSIS};

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

/// Response extension of errors whose response depends on the request. The layer
/// [`negotiate_errors`](crate::guard::negotiate_errors) completes the response.
#[derive(Clone, Debug)]
pub(crate) enum NegotiableError {
    /// The user has to log in: a navigation is redirected to the login.
    SignInRequired,
    /// The user has to log in to this organization: a navigation is redirected to that login.
    OrganizationRequired(String),
    /// A misconfiguration: cause and fix are added if they are visible.
    Misconfigured(Box<Diagnosis>),
}

/// Returns the response to a request whose user has to log in.
pub(crate) fn sign_in_required(description: &str) -> Response {
    let status = StatusCode::UNAUTHORIZED;
    let mut response = json_error_with_code(status, "sign_in_required", description);
    response
        .extensions_mut()
        .insert(NegotiableError::SignInRequired);
    response
}

/// Returns the response to a request that a misconfiguration prevents, with the code of the diagnosis only.
pub(crate) fn misconfigured(diagnosis: Box<Diagnosis>) -> Response {
    let mut response = misconfigured_json(&json!({
        "code": "misconfigured",
        "error": "misconfigured",
        "error_description": HIDDEN_DIAGNOSIS,
        "diagnosis": { "code": diagnosis.code().as_str() },
    }));
    response
        .extensions_mut()
        .insert(NegotiableError::Misconfigured(diagnosis));
    response
}

/// Returns [`misconfigured`] with cause and fix.
pub(crate) fn misconfigured_with_explanation(diagnosis: &Diagnosis) -> Response {
    let (cause, fix) = (diagnosis.cause(), diagnosis.fix());
    misconfigured_json(&json!({
        "code": "misconfigured",
        "error": "misconfigured",
        "error_description": cause,
        "diagnosis": { "code": diagnosis.code().as_str(), "cause": cause, "fix": fix },
    }))
}

fn misconfigured_json(body: &Value) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store")];
    (StatusCode::INTERNAL_SERVER_ERROR, headers, Json(body)).into_response()
}

/// Sets `Retry-After`, rounded up so that a client does not retry too early.
pub(crate) fn with_retry_after(mut response: Response, wait: Option<Duration>) -> Response {
    if let Some(wait) = wait {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, seconds.max(1).into());
    }
    response
}

/// Like [`json_error`], with the `code` that server functions of `leptos-auth0` read.
pub(crate) fn json_error_with_code(status: StatusCode, code: &str, description: &str) -> Response {
    let body = Json(json!({ "code": code, "error": code, "error_description": description }));
    (status, [(header::CACHE_CONTROL, "no-store")], body).into_response()
}
