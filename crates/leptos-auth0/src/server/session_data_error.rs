//! Maps the engine's errors of session data to errors that the browser may receive.

use crate::error::AuthError;
use axum_auth0::SessionDataError;

impl From<SessionDataError> for AuthError {
    /// Errors of the application are logged; the browser receives no details.
    fn from(error: SessionDataError) -> Self {
        match error {
            SessionDataError::SignInRequired => Self::SignInRequired,
            SessionDataError::StoreUnavailable | SessionDataError::TooManyConflicts => {
                Self::StoreUnavailable
            }
            other => {
                tracing::error!(error = %other, "session data failed");
                Self::Internal
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::error::AuthError;
    use axum_auth0::SessionDataError;

    #[test]
    fn an_error_of_session_data_keeps_its_meaning_and_no_details() {
        for (error, expected) in [
            (SessionDataError::SignInRequired, AuthError::SignInRequired),
            (
                SessionDataError::StoreUnavailable,
                AuthError::StoreUnavailable,
            ),
            (
                SessionDataError::TooManyConflicts,
                AuthError::StoreUnavailable,
            ),
            (
                SessionDataError::TooLarge { bytes: 2, max: 1 },
                AuthError::Internal,
            ),
        ] {
            assert_eq!(AuthError::from(error), expected);
        }
    }
}
