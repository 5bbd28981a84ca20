//! The rejection of a handler that needs a signed-in user.

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::responses::{json_error_with_code, sign_in_required};

/// Rejection of the [`SignedInUser`](super::SignedInUser) extractor.
///
/// Its response is JSON with a `code`, the same as that of [`TokenError`](crate::TokenError): `sign_in_required` or
/// `store_unavailable`. Below the engine's layers, the navigation of an anonymous user is redirected to the login,
/// which returns to the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSignedIn {
    /// 401: the request is anonymous.
    #[error("the user is not signed in")]
    Anonymous,
    /// 503: the session store is unavailable.
    #[error("the session store is unavailable")]
    Unavailable,
}

impl IntoResponse for NotSignedIn {
    fn into_response(self) -> Response {
        let text = self.to_string();
        match self {
            Self::Anonymous => sign_in_required(&text),
            Self::Unavailable => {
                json_error_with_code(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable", &text)
            }
        }
    }
}
