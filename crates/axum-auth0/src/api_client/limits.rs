//! Time and size limits of a call.

use std::time::Duration;

use crate::api_transport::{DEFAULT_RESPONSE_BYTES, MAX_RESPONSE_BYTES, MAX_TIMEOUT};

/// Timeout of one attempt, from the start of the request to the last byte of the response.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// Time and size limits of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) timeout: Duration,
    deadline: Option<Duration>,
    pub(super) max_response_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: DEFAULT_TIMEOUT,
            deadline: None,
            max_response_bytes: DEFAULT_RESPONSE_BYTES,
        }
    }
}

impl Limits {
    pub(super) fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = timeout.min(MAX_TIMEOUT);
    }

    pub(super) fn set_deadline(&mut self, deadline: Duration) {
        self.deadline = Some(deadline.min(2 * MAX_TIMEOUT));
    }

    pub(super) fn set_max_response_bytes(&mut self, bytes: usize) {
        self.max_response_bytes = bytes.min(MAX_RESPONSE_BYTES);
    }

    /// Returns the timeout of the call with all its attempts and the backoff between them.
    pub(super) fn deadline(&self) -> Duration {
        self.deadline.unwrap_or(2 * self.timeout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_have_limits() {
        let mut limits = Limits::default();
        assert_eq!(limits.deadline(), Duration::from_secs(10));
        limits.set_timeout(Duration::MAX);
        assert_eq!(limits.timeout, MAX_TIMEOUT);
        assert_eq!(limits.deadline(), 2 * MAX_TIMEOUT);
        limits.set_deadline(Duration::MAX);
        assert_eq!(limits.deadline(), 2 * MAX_TIMEOUT);
        limits.set_deadline(Duration::from_secs(1));
        assert_eq!(limits.deadline(), Duration::from_secs(1));
        limits.set_max_response_bytes(usize::MAX);
        assert_eq!(limits.max_response_bytes, MAX_RESPONSE_BYTES);
    }
}
