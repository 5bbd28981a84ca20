//! The request of a login on another device.

use std::{fmt, sync::Arc, time::Duration};

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use super::GrantFailure;
use crate::{oauth::IdTokenError, responses::json_error_with_code, tokens::TokenError};

/// Maximum length of a binding message in characters, as at Auth0.
const MAX_BINDING_MESSAGE: usize = 64;

/// A login that a user approves on a device of their own (OpenID Connect Client-Initiated Backchannel Authentication); see
/// [`Auth0::backchannel_login`](crate::Auth0::backchannel_login).
#[derive(Clone)]
pub struct BackchannelLogin {
    hint: Hint,
    binding_message: String,
    requested_expiry: Option<Duration>,
    extra_scopes: Vec<String>,
}

#[derive(Clone)]
enum Hint {
    Subject(String),
    Text(String),
}

impl BackchannelLogin {
    /// Creates the login of the user whose identifier at the provider (`sub`) is `subject`. The login fails if another user approves
    /// it.
    ///
    /// The user sees `binding_message` on the device that asks and on the device that approves, and compares them: at most 64
    /// characters, such as `Order 4711`.
    pub fn new(subject: impl Into<String>, binding_message: impl Into<String>) -> Self {
        Self {
            hint: Hint::Subject(subject.into()),
            binding_message: binding_message.into(),
            requested_expiry: None,
            extra_scopes: Vec::new(),
        }
    }

    /// Creates the login of the user that `login_hint` names, in the provider's own format, such as a telephone number. The caller has
    /// to check whose tokens it receives.
    pub fn with_login_hint(
        login_hint: impl Into<String>,
        binding_message: impl Into<String>,
    ) -> Self {
        Self {
            hint: Hint::Text(login_hint.into()),
            ..Self::new("", binding_message)
        }
    }

    /// Requests how long the user has to approve.
    #[must_use]
    pub fn requested_expiry(mut self, requested_expiry: Duration) -> Self {
        self.requested_expiry = Some(requested_expiry);
        self
    }

    /// Requests further scopes besides `openid` and those of the API.
    #[must_use]
    pub fn extra_scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.extra_scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    pub(crate) fn scopes(&self) -> Vec<String> {
        let openid = ["openid".to_owned()];
        openid
            .into_iter()
            .chain(self.extra_scopes.clone())
            .collect()
    }

    /// Returns the user who has to approve, if the login names one.
    pub(crate) fn subject(&self) -> Option<&str> {
        match &self.hint {
            Hint::Subject(subject) => Some(subject),
            Hint::Text(_) => None,
        }
    }

    /// Returns `login_hint`: a subject in the format `iss_sub` (RFC 9493 §3.2.3), as Auth0 requires it.
    pub(crate) fn login_hint(&self, issuer: &str) -> String {
        match &self.hint {
            Hint::Subject(subject) => {
                json!({ "format": "iss_sub", "iss": issuer, "sub": subject }).to_string()
            }
            Hint::Text(hint) => hint.clone(),
        }
    }

    pub(crate) fn binding_message(&self) -> &str {
        &self.binding_message
    }

    /// Returns the seconds of `requested_expiry`, or an empty text.
    pub(crate) fn requested_expiry_text(&self) -> String {
        self.requested_expiry
            .map_or_else(String::new, |expiry| expiry.as_secs().max(1).to_string())
    }

    /// Returns what is wrong with the request.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        let (Hint::Subject(hint) | Hint::Text(hint)) = &self.hint;
        if hint.is_empty() || hint.chars().any(char::is_control) {
            return Some("the subject or the login hint is empty or has control characters");
        }
        let message = &self.binding_message;
        let length = message.chars().count();
        if !(1..=MAX_BINDING_MESSAGE).contains(&length) || message.chars().any(char::is_control) {
            return Some("the binding message needs 1 to 64 characters without control characters");
        }
        None
    }
}

/// Does not show the user.
impl fmt::Debug for BackchannelLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackchannelLogin")
            .field("requested_expiry", &self.requested_expiry)
            .field("extra_scopes", &self.extra_scopes)
            .finish_non_exhaustive()
    }
}

/// Error of a login on another device. No variant contains a token.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackchannelLoginError {
    /// The request is malformed. Nothing was sent.
    #[error("{0}")]
    InvalidRequest(&'static str),
    /// The provider's metadata has no `backchannel_authentication_endpoint`.
    #[error("the OpenID Provider does not support logins on another device (CIBA)")]
    Unsupported,
    /// The user denied the request, or the provider refuses it, for example because the user has no device.
    #[error("the login was refused: {code}")]
    Refused {
        /// `error`; `access_denied` if the user denied.
        code: String,
        /// `error_description`.
        description: Option<String>,
    },
    /// The user did not decide in time.
    #[error("the user did not decide in time")]
    Expired,
    /// The response is not what was requested.
    #[error("the provider's response is invalid: {0}")]
    InvalidResponse(&'static str),
    /// The ID token is invalid.
    #[error(transparent)]
    IdToken(Arc<IdTokenError>),
    /// The configuration prevents the login, or the provider is unavailable.
    #[error(transparent)]
    Token(#[from] TokenError),
}

impl From<GrantFailure> for BackchannelLoginError {
    fn from(failure: GrantFailure) -> Self {
        match failure {
            GrantFailure::Token(error) => Self::Token(error),
            GrantFailure::Refused { code, description } => Self::Refused { code, description },
            GrantFailure::InvalidResponse(problem) => Self::InvalidResponse(problem),
        }
    }
}

/// Responds with JSON that contains a `code`: 400 `invalid_request`, 403 `login_refused`, 408 `login_expired`, 501 `unsupported`, 502
/// `invalid_response`, and otherwise as [`TokenError`] does.
impl IntoResponse for BackchannelLoginError {
    fn into_response(self) -> Response {
        let text = self.to_string();
        let json = |status, code| json_error_with_code(status, code, &text);
        match self {
            Self::InvalidRequest(_) => json(StatusCode::BAD_REQUEST, "invalid_request"),
            Self::Unsupported => json(StatusCode::NOT_IMPLEMENTED, "unsupported"),
            Self::Refused { .. } => json(StatusCode::FORBIDDEN, "login_refused"),
            Self::Expired => json(StatusCode::REQUEST_TIMEOUT, "login_expired"),
            Self::InvalidResponse(_) | Self::IdToken(_) => {
                json(StatusCode::BAD_GATEWAY, "invalid_response")
            }
            Self::Token(error) => error.into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_sent_as_iss_sub() {
        let login = BackchannelLogin::new("auth0|a\"b", "Order 1");
        let hint: serde_json::Value =
            serde_json::from_str(&login.login_hint("https://tenant.example.com/"))
                .unwrap_or_default();
        assert_eq!(
            hint,
            json!({ "format": "iss_sub", "iss": "https://tenant.example.com/", "sub": "auth0|a\"b" })
        );
        let other = BackchannelLogin::with_login_hint("+44 20 7946 0000", "Order 1");
        assert_eq!(other.login_hint("https://x/"), "+44 20 7946 0000");
        assert_eq!(other.subject(), None);
    }

    #[test]
    fn a_malformed_request_is_refused() {
        for (subject, message) in [
            ("", "Order 1"),
            ("a\nb", "Order 1"),
            ("auth0|alice", ""),
            ("auth0|alice", "a\tb"),
            ("auth0|alice", &"x".repeat(65)),
        ] {
            assert!(BackchannelLogin::new(subject, message).problem().is_some());
        }
        assert!(
            BackchannelLogin::new("auth0|alice", "ü".repeat(64))
                .problem()
                .is_none()
        );
    }
}
