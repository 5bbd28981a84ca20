//! Counters of refresh requests, for tests.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// The number of refresh requests by outcome since the tenant was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RefreshCounts {
    /// Requests that received new tokens.
    pub granted: u64,
    /// Requests that presented a consumed refresh token, which revokes its family.
    pub reused: u64,
}

/// The counters behind [`RefreshCounts`].
#[derive(Debug, Default)]
pub(crate) struct RefreshCounters {
    granted: AtomicU64,
    reused: AtomicU64,
}

impl RefreshCounters {
    pub(crate) fn record_granted(&self) {
        self.granted.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn record_reused(&self) {
        self.reused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn counts(&self) -> RefreshCounts {
        RefreshCounts {
            granted: self.granted.load(Ordering::Relaxed),
            reused: self.reused.load(Ordering::Relaxed),
        }
    }
}
