//! The `Retry-After` header.

use std::time::{Duration, UNIX_EPOCH};

use http::{HeaderMap, header::RETRY_AFTER};

use crate::clock::Clock;

/// Upper bound for `Retry-After`.
const MAX_WAIT: Duration = Duration::from_hours(24);

/// Returns the value of `Retry-After`, in seconds or as an HTTP date
/// ([RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)). A date in the past is zero; the maximum
/// is a day.
pub fn retry_after(headers: &HeaderMap, clock: &dyn Clock) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that overflows counts as the maximum.
        Duration::from_secs(value.parse().unwrap_or(u64::MAX))
    } else {
        let until = httpdate::parse_http_date(value).ok()?;
        let now = UNIX_EPOCH + Duration::from_secs(u64::try_from(clock.unix_seconds()).ok()?);
        until.duration_since(now).unwrap_or_default()
    };
    Some(wait.min(MAX_WAIT))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::clock::MockClock;

    fn parsed(value: &str) -> Option<u64> {
        // 1994-11-06T08:49:37Z, the date of the examples in RFC 9110.
        let clock = MockClock::at(784_111_777);
        let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
        retry_after(&headers, clock.as_ref()).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_and_dates_are_understood() {
        assert_eq!(parsed("0"), Some(0));
        assert_eq!(parsed(" 120 "), Some(120));
        assert_eq!(parsed("Sun, 06 Nov 1994 08:51:37 GMT"), Some(120));
        assert_eq!(parsed("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0));
    }

    #[test]
    fn nonsense_is_ignored_and_long_waits_are_cut() {
        assert_eq!(parsed(""), None);
        assert_eq!(parsed("-5"), None);
        assert_eq!(parsed("soon"), None);
        assert_eq!(parsed("99999999999999999999999"), Some(24 * 3600));
    }
}
