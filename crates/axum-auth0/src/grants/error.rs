//! Errors of the other grants.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::GrantFailure;
use crate::{oauth::IdTokenError, responses::json_error_with_code, tokens::TokenError};

/// Error of a token exchange. No variant contains a token.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenExchangeError {
    /// The subject token or the actor token is empty. Nothing was sent.
    #[error("the subject token or the actor token is empty")]
    EmptyToken,
    /// The user's ID token, which says who acts, has expired: the user has to log in again. Nothing was sent.
    #[error("the ID token of the user has expired, so nothing says who acts")]
    ActorUnavailable,
    /// The provider does not accept the subject token or the actor token.
    #[error("the provider refused the exchange: {code}")]
    Refused {
        /// `error`.
        code: String,
        /// `error_description`.
        description: Option<String>,
    },
    /// The response is not that of a token exchange.
    #[error("the provider's response is invalid: {0}")]
    InvalidResponse(&'static str),
    /// The ID token is invalid.
    #[error(transparent)]
    IdToken(Arc<IdTokenError>),
    /// The configuration prevents the exchange, or the provider is unavailable.
    #[error(transparent)]
    Token(#[from] TokenError),
}

impl From<GrantFailure> for TokenExchangeError {
    fn from(failure: GrantFailure) -> Self {
        match failure {
            GrantFailure::Token(error) => Self::Token(error),
            GrantFailure::Refused { code, description } => Self::Refused { code, description },
            GrantFailure::InvalidResponse(problem) => Self::InvalidResponse(problem),
        }
    }
}

/// Responds with JSON that contains a `code`: 400 `empty_token`, 401 `actor_unavailable`, 403 `exchange_refused`, 502 `invalid_response`, and otherwise as
/// [`TokenError`] does.
impl IntoResponse for TokenExchangeError {
    fn into_response(self) -> Response {
        let text = self.to_string();
        let json = |status, code| json_error_with_code(status, code, &text);
        match self {
            Self::ActorUnavailable => json(StatusCode::UNAUTHORIZED, "actor_unavailable"),
            Self::EmptyToken => json(StatusCode::BAD_REQUEST, "empty_token"),
            Self::Refused { .. } => json(StatusCode::FORBIDDEN, "exchange_refused"),
            Self::InvalidResponse(_) | Self::IdToken(_) => {
                json(StatusCode::BAD_GATEWAY, "invalid_response")
            }
            Self::Token(error) => error.into_response(),
        }
    }
}
