//! Errors of the pages.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use axum_auth0::TokenError;

/// Why a page cannot be shown.
pub(crate) enum PageError {
    /// There is no token.
    Token(TokenError),
    /// The API did not respond, or not as expected.
    Api(reqwest::Error),
}

impl From<TokenError> for PageError {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

impl From<reqwest::Error> for PageError {
    fn from(error: reqwest::Error) -> Self {
        Self::Api(error)
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            Self::Token(error) => error.into_response(),
            Self::Api(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
        }
    }
}
