//! The limits of a proxy, and the headers that it passes on.

use std::time::Duration;

use http::HeaderName;

use super::open_streams::StreamLimits;

/// Limits, and headers beyond the defaults.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) timeout: Duration,
    pub(super) max_request_bytes: u64,
    pub(super) session_check_interval: Duration,
    pub(super) streams: StreamLimits,
    pub(super) request_headers: Vec<HeaderName>,
    pub(super) response_headers: Vec<HeaderName>,
}
