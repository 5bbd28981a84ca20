//! Errors of session data.

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::{
    responses::{json_error_with_code, sign_in_required},
    tokens::TokenError,
};

/// Error of reading or changing the data of a session.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionDataError {
    /// The session has ended. The user has to log in again.
    #[error("the session has ended; a new login is needed")]
    SignInRequired,
    /// The session store is unavailable.
    #[error("the session store does not answer at the moment")]
    StoreUnavailable,
    /// Other requests changed the session during every attempt. A later attempt can succeed.
    #[error("too many requests change the session at the same time")]
    TooManyConflicts,
    /// The data does not fit into a session. It was not changed.
    #[error("the session's data would have {bytes} bytes as JSON; the limit is {max}")]
    TooLarge {
        /// The size of all data of the session.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// The stored data is not that of the type. It was not changed.
    #[error("the session's data `{key}` cannot be read: {source}")]
    Unreadable {
        /// [`AppData::KEY`](crate::AppData::KEY).
        key: &'static str,
        /// The error of serde.
        source: serde_json::Error,
    },
    /// The data cannot be represented as JSON. It was not changed.
    #[error("the session's data `{key}` cannot be written: {source}")]
    Unserializable {
        /// [`AppData::KEY`](crate::AppData::KEY).
        key: &'static str,
        /// The error of serde.
        source: serde_json::Error,
    },
}

impl From<TokenError> for SessionDataError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::SignInRequired => Self::SignInRequired,
            _ => Self::StoreUnavailable,
        }
    }
}

/// Responds with JSON that contains a `code`: 401 `sign_in_required`, 503 `store_unavailable` or `session_conflict`, 500
/// `session_data` for errors of the application, which are logged.
impl IntoResponse for SessionDataError {
    fn into_response(self) -> Response {
        let text = self.to_string();
        let unavailable = StatusCode::SERVICE_UNAVAILABLE;
        match self {
            Self::SignInRequired => sign_in_required(&text),
            Self::StoreUnavailable => json_error_with_code(unavailable, "store_unavailable", &text),
            Self::TooManyConflicts => json_error_with_code(unavailable, "session_conflict", &text),
            Self::TooLarge { .. } | Self::Unreadable { .. } | Self::Unserializable { .. } => {
                tracing::error!(error = %text, "session data failed");
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                json_error_with_code(status, "session_data", "the session's data failed")
            }
        }
    }
}
