//! Maps the engine's token errors to errors that the browser may receive.

use crate::error::{AuthError, Explanation};
use axum_auth0::{Diagnosis, TokenError};
use std::time::Duration;

impl From<TokenError> for AuthError {
    /// The cause is already logged by the engine. The browser receives only an explanation that was written for users.
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::SignInRequired => Self::SignInRequired,
            TokenError::Misconfigured(diagnosis) => Self::Misconfigured(explanation(&diagnosis)),
            TokenError::ProviderUnavailable { retry_after } => Self::ProviderUnavailable {
                retry_after_secs: retry_after.map(ceil_seconds),
            },
            TokenError::TooManyTokens { retry_after } => Self::ProviderUnavailable {
                retry_after_secs: Some(ceil_seconds(retry_after)),
            },
            TokenError::StoreUnavailable => Self::StoreUnavailable,
            // The response has no content, and `set_page_status` does not change its status.
            TokenError::HeadRequest => Self::BadRequest,
            other => {
                tracing::error!(error = %other, "access token request failed");
                Self::Internal
            }
        }
    }
}

/// Names of variables and settings are for the site's developers: in production, users get the code only.
fn explanation(diagnosis: &Diagnosis) -> Explanation {
    let code = diagnosis.code().as_str().to_owned();
    if super::request::exposes_diagnoses() {
        Explanation {
            code,
            cause: diagnosis.cause(),
            fix: Some(diagnosis.fix()),
        }
    } else {
        Explanation {
            code,
            cause: "This site is not set up completely. Its log says what is missing.".to_owned(),
            fix: None,
        }
    }
}

/// Returns `wait` in seconds, rounded up so that a client does not retry too early.
fn ceil_seconds(wait: Duration) -> u32 {
    let seconds = wait
        .as_secs()
        .saturating_add(u64::from(wait.subsec_nanos() > 0));
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::ceil_seconds;
    use std::time::Duration;

    #[test]
    fn a_fraction_of_a_second_is_rounded_up() {
        assert_eq!(ceil_seconds(Duration::from_millis(1500)), 2);
        assert_eq!(ceil_seconds(Duration::from_secs(2)), 2);
        assert_eq!(ceil_seconds(Duration::MAX), u32::MAX);
    }
}
