//! Retry policy for transient failures of API calls.
//!
//! Only idempotent calls are retried (RFC 9110 §9.2.2), at most twice, after a jittered exponential backoff, and within
//! a budget, so that retries do not multiply the load of an API that is failing.

use std::time::Duration;

use super::error::ApiError;
use crate::random::{self, RandomSource};

/// Maximum number of retries of a call.
pub(super) const MAX_RETRIES: u32 = 2;

/// Backoff before the first retry, doubled for the second. Jitter shortens each by up to half, so that concurrent
/// callers do not retry at the same time.
const INITIAL_BACKOFF: Duration = Duration::from_millis(200);

/// Maximum `Retry-After` for a retry. A user is waiting for the page, so longer waits are not worthwhile.
const MAX_BACKOFF: Duration = Duration::from_secs(2);

/// Returns the time to wait before the next retry; `None` if the call is not retried.
///
/// `retries` is the number of retries so far, `retry_after` the header that the API sent.
pub(super) fn backoff(
    error: &ApiError,
    retry_after: Option<Duration>,
    retries: u32,
    random: &dyn RandomSource,
) -> Option<Duration> {
    let is_transient = match error {
        ApiError::Unreachable | ApiError::Interrupted | ApiError::Unavailable { .. } => true,
        ApiError::ServerError(status) => matches!(status.as_u16(), 502 | 504),
        _ => false,
    };
    if !is_transient || retries >= MAX_RETRIES {
        return None;
    }
    let max = INITIAL_BACKOFF * 2_u32.pow(retries);
    let [random] = random::bytes::<1>(random);
    let jittered = max / 2 + max / 2 * u32::from(random) / u32::from(u8::MAX);
    match retry_after {
        Some(wait) if wait > MAX_BACKOFF => None,
        Some(wait) => Some(wait.max(jittered)),
        None => Some(jittered),
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::{http_client::Delivery, tokens::TokenError};

    #[derive(Debug)]
    struct Constant(u8);

    impl RandomSource for Constant {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn backoff_grows_and_has_jitter() {
        let backoff =
            |retries, random| backoff(&ApiError::Unreachable, None, retries, &Constant(random));
        let millis = |millis| Some(Duration::from_millis(millis));
        assert_eq!(backoff(0, 0), millis(100));
        assert_eq!(backoff(0, 255), millis(200));
        assert_eq!(backoff(1, 0), millis(200));
        assert_eq!(backoff(1, 255), millis(400));
        assert_eq!(backoff(2, 0), None);
    }

    #[test]
    fn retry_after_is_obeyed_or_the_call_is_not_retried() {
        let busy = ApiError::Unavailable { retry_after: None };
        let backoff = |wait| backoff(&busy, Some(Duration::from_millis(wait)), 0, &Constant(0));
        assert_eq!(backoff(0), Some(Duration::from_millis(100)));
        assert_eq!(backoff(2_000), Some(MAX_BACKOFF));
        assert_eq!(backoff(2_001), None);
    }

    #[test]
    fn only_transient_failures_are_retried() {
        let is_retried = |error| backoff(&error, None, 0, &Constant(0)).is_some();
        for status in [502, 504] {
            let status = StatusCode::from_u16(status).unwrap_or_default();
            assert!(is_retried(ApiError::ServerError(status)));
        }
        assert!(is_retried(ApiError::Interrupted));
        for error in [
            ApiError::ServerError(StatusCode::INTERNAL_SERVER_ERROR),
            ApiError::TooManyRequests { retry_after: None },
            ApiError::TimedOut {
                sent: Delivery::NotSent,
            },
            ApiError::TooLarge { limit: 1 },
            ApiError::NotFound,
            ApiError::TokenRefreshedRetryRequired,
            ApiError::Token(TokenError::SignInRequired),
        ] {
            let text = error.to_string();
            assert!(!is_retried(error), "{text}");
        }
    }
}
