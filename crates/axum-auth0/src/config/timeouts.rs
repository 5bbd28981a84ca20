//! Timeouts: requests to the provider, refreshes ahead of expiry, and the shutdown that waits for both.

use std::time::Duration;

use super::{problems::Problems, variable};

/// Time to store the result of a refresh after its requests to the provider, including retries if the store fails.
pub(super) const MARGIN: Duration = Duration::from_secs(5);

/// Upper bound of a shutdown. Kubernetes kills a process after 30 seconds by default.
pub(super) const MAX_TIMEOUT: Duration = Duration::from_secs(30);

const MIN_TIMEOUT: Duration = Duration::from_secs(15);

/// The largest `AUTH0_HTTP_TIMEOUT` with which the slowest refresh fits into [`MAX_TIMEOUT`].
pub(super) const MAX_HTTP_TIMEOUT: Duration = Duration::from_millis(12_500);

/// Returns the shutdown timeout, long enough for the slowest refresh: two requests to the provider (the second after a
/// lost connection) and the time to store the response.
pub(super) fn shutdown(http_timeout: Duration) -> Duration {
    (2 * http_timeout + MARGIN).clamp(MIN_TIMEOUT, MAX_TIMEOUT)
}

pub(super) fn http(problems: &mut Problems<'_>) -> Duration {
    let default = Duration::from_secs(5);
    let limit = MAX_HTTP_TIMEOUT.as_millis();
    let milliseconds = match problems.get(variable::HTTP_TIMEOUT).map(str::parse::<u64>) {
        None => return default,
        Some(Ok(milliseconds)) => Some(milliseconds),
        Some(Err(_)) => None,
    };
    match milliseconds {
        Some(given) if given >= 100 && u128::from(given) <= limit => {
            return Duration::from_millis(given);
        }
        Some(given) if u128::from(given) > limit => {
            let problem = format!(
                "is {given} milliseconds; the limit is {limit}, because a shutdown waits for two requests to the \
                 provider and {} seconds, and no longer than {} seconds altogether",
                MARGIN.as_secs(),
                MAX_TIMEOUT.as_secs()
            );
            problems.add(variable::HTTP_TIMEOUT, problem);
        }
        _ => {
            let problem = format!("must be a number of milliseconds from 100 to {limit}");
            problems.add(variable::HTTP_TIMEOUT, problem);
        }
    }
    default
}

pub(super) fn refresh_buffer(problems: &mut Problems<'_>) -> Duration {
    let default = Duration::from_mins(1);
    match problems
        .get(variable::REFRESH_BUFFER)
        .map(str::parse::<u64>)
    {
        None => default,
        Some(Ok(seconds @ 0..=3_600)) => Duration::from_secs(seconds),
        Some(_) => {
            problems.add(
                variable::REFRESH_BUFFER,
                "must be a number of seconds from 0 to 3600",
            );
            default
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shutdown_timeout_covers_the_slowest_refresh_within_limits() {
        for (http_timeout, expected) in [
            (100, 15_000),
            (5_000, 15_000),
            (5_001, 15_002),
            (10_000, 25_000),
            (12_500, 30_000),
        ] {
            let timeout = shutdown(Duration::from_millis(http_timeout));
            assert_eq!(timeout, Duration::from_millis(expected), "{http_timeout}");
        }
    }

    #[test]
    fn the_largest_http_timeout_fits_the_shutdown() {
        assert_eq!(2 * MAX_HTTP_TIMEOUT + MARGIN, MAX_TIMEOUT);
    }
}
