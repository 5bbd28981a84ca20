//! The access token of a service that the user has connected.

use std::fmt;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};

use super::GrantFailure;
use crate::{responses::json_error_with_code, tokens::TokenError};

/// Maximum length of the name of a connection, in bytes, as at Auth0.
const MAX_CONNECTION: usize = 128;

/// A user's access token of another service, such as Google (Auth0's Token Vault).
///
/// It is opaque: only the service can check it. It cannot be serialized, and `Debug` does not show it.
#[derive(Clone)]
pub struct ConnectionToken {
    pub(crate) token: SecretString,
    pub(crate) connection: String,
    pub(crate) scope: Vec<String>,
    pub(crate) expires_at: Option<i64>,
}

impl ConnectionToken {
    /// Returns the token itself. Send it to the service only.
    pub fn expose(&self) -> &str {
        self.token.expose_secret()
    }

    /// Returns the value of the `Authorization` header (RFC 6750 §2.1), marked as sensitive so that it is not logged. `None` if the
    /// token has characters that no header can carry.
    pub fn authorization(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", self.expose())).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Returns the name of the connection.
    pub fn connection(&self) -> &str {
        &self.connection
    }

    /// Returns the scopes at the service, as the provider reports them.
    pub fn scope(&self) -> &[String] {
        &self.scope
    }

    /// Returns when the token expires, in seconds since 1970; `None` if unknown.
    pub fn expires_at(&self) -> Option<i64> {
        self.expires_at
    }
}

impl fmt::Debug for ConnectionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnectionToken({}, [redacted])", self.connection)
    }
}

/// Error of a request for the token of a connection. The session continues.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectionTokenError {
    /// The name of the connection or the login hint is empty, too long, or has control characters. Nothing was sent.
    #[error("the connection or the login hint is malformed")]
    InvalidConnection,
    /// The provider has no token: the user has not connected the service, or took the consent back. A login with the connection
    /// and its scopes connects it.
    #[error("the provider has no token for the connection: {code}")]
    NotConnected {
        /// `error`.
        code: String,
        /// `error_description`.
        description: Option<String>,
    },
    /// The response has no token of a connection.
    #[error("the provider's response is invalid: {0}")]
    InvalidResponse(&'static str),
    /// The login has no refresh token, the configuration prevents the exchange, or the provider is unavailable.
    #[error(transparent)]
    Token(#[from] TokenError),
}

impl From<GrantFailure> for ConnectionTokenError {
    fn from(failure: GrantFailure) -> Self {
        match failure {
            GrantFailure::Token(error) => Self::Token(error),
            GrantFailure::Refused { code, description } => Self::NotConnected { code, description },
            GrantFailure::InvalidResponse(problem) => Self::InvalidResponse(problem),
        }
    }
}

/// Responds with JSON that contains a `code`: 400 `invalid_connection`, 403 `not_connected`, 502 `invalid_response`, and otherwise as
/// [`TokenError`] does.
impl IntoResponse for ConnectionTokenError {
    fn into_response(self) -> Response {
        let text = self.to_string();
        let json = |status, code| json_error_with_code(status, code, &text);
        match self {
            Self::InvalidConnection => json(StatusCode::BAD_REQUEST, "invalid_connection"),
            Self::NotConnected { .. } => json(StatusCode::FORBIDDEN, "not_connected"),
            Self::InvalidResponse(_) => json(StatusCode::BAD_GATEWAY, "invalid_response"),
            Self::Token(error) => error.into_response(),
        }
    }
}

/// Returns whether `text` can be the name of a connection or a login hint.
pub(crate) fn is_well_formed(text: &str) -> bool {
    (1..=MAX_CONNECTION).contains(&text.len()) && !text.chars().any(char::is_control)
}
