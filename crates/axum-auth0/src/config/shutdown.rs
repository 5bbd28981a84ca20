//! How long a shutdown may take.

use std::time::Duration;

/// What a refresh needs beside its requests to the provider: to be stored although the store fails for a while.
pub(super) const MARGIN: Duration = Duration::from_secs(5);

/// Supervisors kill a process that takes longer: Kubernetes after 30 seconds, by default.
pub(super) const MAX_TIMEOUT: Duration = Duration::from_secs(30);

const MIN_TIMEOUT: Duration = Duration::from_secs(15);

/// The largest `AUTH0_HTTP_TIMEOUT` with which the slowest refresh fits into [`MAX_TIMEOUT`].
pub(super) const MAX_HTTP_TIMEOUT: Duration = Duration::from_millis(12_500);

/// Long enough for the slowest refresh: two requests to the provider (the second one if the connection was lost), and
/// what it takes to store the answer.
pub(super) fn timeout(http_timeout: Duration) -> Duration {
    (2 * http_timeout + MARGIN).clamp(MIN_TIMEOUT, MAX_TIMEOUT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shutdown_waits_for_the_slowest_refresh_within_limits() {
        for (http_timeout, expected) in [
            (100, 15_000),
            (5_000, 15_000),
            (5_001, 15_002),
            (10_000, 25_000),
            (12_500, 30_000),
        ] {
            let timeout = timeout(Duration::from_millis(http_timeout));
            assert_eq!(timeout, Duration::from_millis(expected), "{http_timeout}");
        }
    }

    #[test]
    fn the_largest_http_timeout_just_fits() {
        assert_eq!(2 * MAX_HTTP_TIMEOUT + MARGIN, MAX_TIMEOUT);
    }
}
