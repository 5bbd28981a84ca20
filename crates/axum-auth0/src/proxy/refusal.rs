//! Requests that are not forwarded, or whose response is not.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, StatusCode, header};

use super::open_streams::Full;
use crate::{
    api_client::ApiError,
    responses::{NegotiableError, json_error_with_code, with_retry_after},
    session::NotSignedIn,
};

/// When a refused request may be sent again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Why a request has no response of the API.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The path is not allowed.
    Path,
    /// The method is not allowed for the path.
    Method(Vec<Method>),
    /// The request comes from another site. The response is that of the CSRF protection.
    CrossSite(Box<Response>),
    /// The browser would run or embed the response.
    Destination,
    /// The request asks for another protocol, and the path allows none.
    Upgrade,
    /// The query contains a token.
    TokenInQuery,
    NotSignedIn(NotSignedIn),
    /// The body is larger than the limit.
    TooLarge,
    /// The body did not arrive.
    Incomplete,
    /// Too many requests are open.
    Full(Full),
    Api(ApiError),
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, text) = match self {
            Self::CrossSite(response) => return *response,
            Self::NotSignedIn(error) => return for_programs(error.into_response()),
            Self::Api(error) => return for_programs(error.into_response()),
            Self::Full(full) => return too_many_streams(full),
            Self::Method(methods) => return method_not_allowed(&methods),
            Self::Path => (
                StatusCode::NOT_FOUND,
                "not_found",
                "this path of the API is not available",
            ),
            Self::Destination => (
                StatusCode::FORBIDDEN,
                "forbidden",
                "responses of the API are data, not scripts, styles or frames",
            ),
            Self::Upgrade => (
                StatusCode::BAD_REQUEST,
                "bad_request",
                "this path does not support this kind of connection",
            ),
            Self::TokenInQuery => (
                StatusCode::BAD_REQUEST,
                "bad_request",
                "the query must not contain a token",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "the request is too large",
            ),
            Self::Incomplete => (
                StatusCode::REQUEST_TIMEOUT,
                "incomplete",
                "the request is incomplete",
            ),
        };
        json_error_with_code(status, code, text)
    }
}

/// Returns a response that stays JSON for a navigation.
fn for_programs(mut response: Response) -> Response {
    if let Some(NegotiableError::SignInRequired) = response.extensions().get() {
        response.extensions_mut().remove::<NegotiableError>();
    }
    response
}

fn too_many_streams(full: Full) -> Response {
    let response = match full {
        Full::Session => json_error_with_code(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_streams",
            "this session has too many requests and streams open; close some before opening another",
        ),
        Full::Process => json_error_with_code(
            StatusCode::SERVICE_UNAVAILABLE,
            "overloaded",
            "too many requests and streams are open; try again later",
        ),
    };
    with_retry_after(response, Some(RETRY_AFTER))
}

fn method_not_allowed(methods: &[Method]) -> Response {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let text = "this method is not available";
    let mut response = json_error_with_code(status, "method_not_allowed", text);
    let methods: Vec<&str> = methods.iter().map(Method::as_str).collect();
    if let Ok(allow) = HeaderValue::from_str(&methods.join(", ")) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}
