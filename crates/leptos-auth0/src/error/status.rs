//! The HTTP side of an error: its status.

use super::{ApiFailure, AuthError};

/// An error of server functions, with its HTTP status.
///
/// [`server_fn_error!`](crate::server_fn_error) implements it for an app's own error type.
pub trait ErrorStatus {
    /// Returns the HTTP status of the response to a call, and of a page that shows the error.
    fn status(&self) -> u16;

    /// Returns the [`AuthError`] that this error wraps, if any.
    fn auth(&self) -> Option<&AuthError>;

    /// Returns the seconds to wait before a retry, if known.
    fn retry_after_secs(&self) -> Option<u32> {
        match self.auth() {
            Some(AuthError::ProviderUnavailable { retry_after_secs }) => *retry_after_secs,
            // As the engine's own pages say.
            Some(AuthError::StoreUnavailable) => Some(5),
            _ => None,
        }
    }
}

impl ErrorStatus for AuthError {
    fn status(&self) -> u16 {
        match self {
            Self::SignInRequired | Self::StepUpRequired(_) => 401,
            Self::Forbidden | Self::AccessDenied(_) => 403,
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

    fn auth(&self) -> Option<&AuthError> {
        Some(self)
    }
}
