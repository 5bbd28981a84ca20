//! The rejection of a handler that needs a signed-in user.

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::responses::json_error;

/// Rejection of the [`SignedInUser`](super::SignedInUser) extractor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSignedIn {
    /// 401: the request is anonymous.
    Anonymous,
    /// 503: the session store is unavailable.
    Unavailable,
}

impl IntoResponse for NotSignedIn {
    fn into_response(self) -> Response {
        match self {
            Self::Anonymous => json_error(
                StatusCode::UNAUTHORIZED,
                "not_authenticated",
                "the user is not signed in",
            ),
            Self::Unavailable => json_error(
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "the session store is unavailable",
            ),
        }
    }
}
