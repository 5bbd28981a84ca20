//! Redirects.

use axum::{
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse as _, Response},
};

/// Returns a redirect with the status 302, like Auth0.
pub(crate) fn redirect(location: &str) -> Response {
    (StatusCode::FOUND, [(LOCATION, location)]).into_response()
}
