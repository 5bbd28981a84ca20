//! An injected clock. Tests set the time instead of waiting.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

/// A source of the time.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// Returns the seconds since 1970-01-01T00:00:00Z, as in the `NumericDate` of RFC 7519 §2.
    fn unix_seconds(&self) -> i64;
}

/// A shared clock.
pub type SharedClock = Arc<dyn Clock>;

/// The clock of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl SystemClock {
    /// Returns a shared system clock.
    pub fn shared() -> SharedClock {
        Arc::new(Self)
    }
}

impl Clock for SystemClock {
    fn unix_seconds(&self) -> i64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|since| i64::try_from(since.as_secs()).ok())
            .unwrap_or(0)
    }
}

/// A clock for tests that only [`MockClock::advance`] moves.
#[derive(Debug)]
pub struct MockClock(AtomicI64);

impl MockClock {
    /// Creates a clock at `unix_seconds`.
    pub fn at(unix_seconds: i64) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(unix_seconds)))
    }

    /// Creates a clock at the system's time, for tests with a program that has its own clock.
    pub fn from_system() -> Arc<Self> {
        Self::at(SystemClock.unix_seconds())
    }

    /// Moves the clock by `seconds`, backwards if negative.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for MockClock {
    fn unix_seconds(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}
