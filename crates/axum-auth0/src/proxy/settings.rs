//! What a proxy forwards, and its limits.

use std::time::Duration;

use http::{HeaderName, Method};

use super::open_streams::StreamLimits;

/// What a proxy forwards below one path.
#[derive(Clone, Debug, Default)]
pub(super) struct Allowed {
    pub(super) methods: Vec<Method>,
    pub(super) websocket: bool,
}

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
