//! From the engine's errors to those that the browser may know.

use crate::{AuthError, Explanation};
use axum_auth0::{Diagnosis, TokenError};
use std::time::Duration;

impl From<TokenError> for AuthError {
    /// The engine has logged the cause; the browser gets none of it but an explanation that was written for people.
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::SignInRequired => Self::SignInRequired,
            TokenError::Misconfigured(diagnosis) => Self::Misconfigured(explanation(*diagnosis)),
            TokenError::ProviderUnavailable { retry_after } => Self::ProviderUnavailable {
                retry_after_secs: retry_after.map(whole_seconds),
            },
            TokenError::TooManyTokens { retry_after } => Self::ProviderUnavailable {
                retry_after_secs: Some(whole_seconds(retry_after)),
            },
            TokenError::StoreUnavailable => Self::StoreUnavailable,
            // Its answer has no content; `answer_page` leaves the status alone.
            TokenError::HeadRequest => Self::BadRequest,
            other => {
                tracing::error!(error = %other, "no access token");
                Self::Internal
            }
        }
    }
}

fn explanation(diagnosis: Diagnosis) -> Explanation {
    Explanation {
        code: diagnosis.code.as_str().to_owned(),
        cause: diagnosis.cause,
        fix: diagnosis.fix,
    }
}

/// Rounded up, so that nobody comes back too early.
fn whole_seconds(wait: Duration) -> u32 {
    let seconds = wait
        .as_secs()
        .saturating_add(u64::from(wait.subsec_nanos() > 0));
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::whole_seconds;
    use std::time::Duration;

    #[test]
    fn a_part_of_a_second_counts_as_a_second() {
        assert_eq!(whole_seconds(Duration::from_millis(1500)), 2);
        assert_eq!(whole_seconds(Duration::from_secs(2)), 2);
        assert_eq!(whole_seconds(Duration::MAX), u32::MAX);
    }
}
