//! When a call that failed in passing is made again, and how long after.
//!
//! Only what does no harm twice is repeated, at most two times, after a pause that is different each time, and within a
//! budget: an API that fails anyway must not get many times the requests (security considerations of RFC 9110 §9.2.2; A06).

use std::time::Duration;

use super::error::ApiError;
use crate::random::{self, RandomSource};

/// How often a call is made again.
pub(super) const MAX_RETRIES: u32 = 2;

/// The pause before the first repetition; the second one is twice as long. Each is shortened by chance to no less than its
/// half, so that many callers do not come back at once.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// A `Retry-After` that is longer is not waited for: somebody waits for a page.
const MAX_PAUSE: Duration = Duration::from_secs(2);

/// How long to wait before the call is made again; `None` where that does not help.
///
/// `repeats` is how often it was, `retry_after` what the API said.
pub(super) fn pause(
    error: &ApiError,
    retry_after: Option<Duration>,
    repeats: u32,
    random: &dyn RandomSource,
) -> Option<Duration> {
    let may_pass = match error {
        ApiError::Unreachable | ApiError::Interrupted | ApiError::Unavailable { .. } => true,
        ApiError::ServerError(status) => matches!(status.as_u16(), 502 | 504),
        _ => false,
    };
    if !may_pass || repeats >= MAX_RETRIES {
        return None;
    }
    let longest = FIRST_PAUSE * 2_u32.pow(repeats);
    let [random] = random::bytes::<1>(random);
    let jittered = longest / 2 + longest / 2 * u32::from(random) / u32::from(u8::MAX);
    match retry_after {
        Some(wait) if wait > MAX_PAUSE => None,
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
    struct Always(u8);

    impl RandomSource for Always {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn a_pause_grows_and_differs_by_chance() {
        let pause = |repeats, random| pause(&ApiError::Unreachable, None, repeats, &Always(random));
        let millis = |millis| Some(Duration::from_millis(millis));
        assert_eq!(pause(0, 0), millis(100));
        assert_eq!(pause(0, 255), millis(200));
        assert_eq!(pause(1, 0), millis(200));
        assert_eq!(pause(1, 255), millis(400));
        assert_eq!(pause(2, 0), None);
    }

    #[test]
    fn what_the_api_asks_for_is_waited_for_or_not_at_all() {
        let busy = ApiError::Unavailable { retry_after: None };
        let pause = |wait| pause(&busy, Some(Duration::from_millis(wait)), 0, &Always(0));
        assert_eq!(pause(0), Some(Duration::from_millis(100)));
        assert_eq!(pause(2_000), Some(MAX_PAUSE));
        assert_eq!(pause(2_001), None);
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let is_repeated = |error| pause(&error, None, 0, &Always(0)).is_some();
        for status in [502, 504] {
            let status = StatusCode::from_u16(status).unwrap_or_default();
            assert!(is_repeated(ApiError::ServerError(status)));
        }
        assert!(is_repeated(ApiError::Interrupted));
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
            assert!(!is_repeated(error), "{text}");
        }
    }
}
