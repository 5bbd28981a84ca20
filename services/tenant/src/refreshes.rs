//! How many refreshes there were, for tests that count them.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// What became of the refreshes since the tenant was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RefreshCounts {
    /// How many were answered with new tokens.
    pub granted: u64,
    /// How many presented a refresh token that had been consumed, and ended its family.
    pub reused: u64,
}

/// The counters behind [`RefreshCounts`].
#[derive(Debug, Default)]
pub(crate) struct Refreshes {
    granted: AtomicU64,
    reused: AtomicU64,
}

impl Refreshes {
    pub(crate) fn granted(&self) {
        self.granted.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn reused(&self) {
        self.reused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn counts(&self) -> RefreshCounts {
        RefreshCounts {
            granted: self.granted.load(Ordering::Relaxed),
            reused: self.reused.load(Ordering::Relaxed),
        }
    }
}
