//! The HTTP side of an error: status, code and retry delay.

use super::{ApiFailure, AuthError};

/// An error that a server function returns.
///
/// An app with its own error type implements this trait, conversions from and into [`ErrorBody`](crate::ErrorBody), and
/// [`FromServerFnError`](leptos::server_fn::error::FromServerFnError) with [`encode_error`](crate::encode_error) and
/// [`decode_error`](crate::decode_error). Statuses, redirects of plain forms and the notice of an ended session are
/// based on it.
pub trait ServerFnErrorExt {
    /// Returns the HTTP status.
    fn status(&self) -> u16;

    /// Returns a stable code in `snake_case`, for programs and for the query of the page that a plain form returns to.
    fn code(&self) -> &'static str;

    /// Returns the [`AuthError`] that this error wraps, if any.
    fn auth(&self) -> Option<&AuthError>;

    /// Returns the seconds to wait before a retry.
    fn retry_after_secs(&self) -> Option<u32> {
        match self.auth() {
            Some(AuthError::ProviderUnavailable { retry_after_secs }) => *retry_after_secs,
            _ => None,
        }
    }
}

impl ServerFnErrorExt for AuthError {
    fn status(&self) -> u16 {
        match self {
            Self::SignInRequired => 401,
            Self::Forbidden => 403,
            Self::BadRequest => 400,
            Self::UserChanged => 409,
            Self::Misconfigured(_) | Self::Internal => 500,
            Self::ApiUnavailable(ApiFailure::InvalidResponse) | Self::Network => 502,
            Self::ProviderUnavailable { .. }
            | Self::StoreUnavailable
            | Self::ApiUnavailable(ApiFailure::Busy) => 503,
            Self::ApiUnavailable(ApiFailure::TimedOut) => 504,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::SignInRequired => "sign_in_required",
            Self::Forbidden => "forbidden",
            Self::UserChanged => "user_changed",
            Self::Misconfigured(_) => "misconfigured",
            Self::ProviderUnavailable { .. } => "provider_unavailable",
            Self::StoreUnavailable => "store_unavailable",
            Self::ApiUnavailable(ApiFailure::InvalidResponse) => "api_bad_answer",
            Self::ApiUnavailable(ApiFailure::Busy) => "api_busy",
            Self::ApiUnavailable(ApiFailure::TimedOut) => "api_timed_out",
            Self::BadRequest => "bad_request",
            Self::Network => "network",
            Self::Internal => "internal",
        }
    }

    fn auth(&self) -> Option<&AuthError> {
        Some(self)
    }
}
