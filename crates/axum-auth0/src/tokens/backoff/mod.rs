//! The back-off of refreshes while the provider fails. The same schedule applies to a login, to one token of a login,
//! and to the provider as this process sees it.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};

use super::failure::{Failure, FailureKind};
use crate::diagnosis::Diagnosis;

/// Initial back-off, in seconds. Each further failure doubles it.
const INITIAL_BACKOFF: i64 = 2;

/// Maximum back-off, in seconds. Refreshes resume within this time after the provider recovers.
const MAX_BACKOFF: i64 = 60;

/// Maximum back-off if the provider rejects one login without a reason, in seconds.
const MAX_BACKOFF_AFTER_REJECTION: i64 = 120;

/// Back-off after a token that differs from the requested one, in seconds. The provider works and will most likely
/// issue the same token again.
const INITIAL_BACKOFF_AFTER_REJECTED_TOKEN: i64 = 30;
const MAX_BACKOFF_AFTER_REJECTED_TOKEN: i64 = 300;

/// Upper bound for `Retry-After` of the token endpoint, in seconds.
const MAX_RETRY_AFTER: i64 = 600;

/// Number of consecutive rejections after which the refresh token counts as dead...
const MAX_REJECTIONS: u32 = 3;
/// ...if the last one is at least this many seconds after the first.
const MIN_REJECTION_SPAN: i64 = 60;

/// Maximum clock difference between replicas, in seconds.
pub(super) const CLOCK_LEEWAY: i64 = 60;

/// Consecutive refresh failures. It is stored in the sealed token set, so it applies to all replicas, and once per
/// process for the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Backoff {
    pub(super) kind: FailureKind,
    /// Number of consecutive failures.
    pub(super) failures: u32,
    /// Time of the last failure, in seconds since 1970.
    pub(super) failed_at: i64,
    /// Time at which the next refresh is allowed, in seconds since 1970.
    pub(super) retry_at: i64,
    /// Whether the provider requested this time with `Retry-After`.
    #[serde(default)]
    pub(super) is_requested: bool,
    /// Number of consecutive rejections.
    #[serde(default)]
    rejections: u32,
    /// Time of the first of them, in seconds since 1970.
    #[serde(default)]
    rejected_since: i64,
    /// The misconfiguration that caused the failure. Absent if it cannot be read.
    #[serde(default, deserialize_with = "deserialize_readable")]
    pub(super) diagnosis: Option<Diagnosis>,
}

impl Backoff {
    /// Returns the state after `failure` at `now`. `previous` is the state before.
    pub(super) fn after(previous: Option<&Self>, failure: &Failure, now: i64) -> Self {
        let failures = previous.map_or(0, |previous| previous.failures) + 1;
        let requested = failure
            .retry_after
            .map(|wait| i64::try_from(wait.as_secs()).unwrap_or(i64::MAX))
            .map(|seconds| seconds.min(MAX_RETRY_AFTER));
        let backoff = backoff_seconds(failure.kind, failures);
        let is_rejection = failure.kind == FailureKind::Rejected;
        let (rejections, rejected_since) = match previous {
            _ if !is_rejection => (0, now),
            Some(previous) if previous.rejections > 0 => {
                // The clock may have been set back.
                (previous.rejections + 1, previous.rejected_since.min(now))
            }
            _ => (1, now),
        };
        Self {
            kind: failure.kind,
            failures,
            failed_at: now,
            retry_at: now.saturating_add(requested.map_or(backoff, |wait| wait.max(backoff))),
            is_requested: requested.is_some_and(|wait| wait >= backoff),
            rejections,
            rejected_since,
            diagnosis: failure.diagnosis.as_deref().cloned(),
        }
    }

    /// Returns the remaining back-off; `None` if a refresh is allowed. A failure in the future is ignored, because the
    /// clock was set back.
    pub(super) fn remaining(&self, now: i64) -> Option<Duration> {
        if now < self.failed_at.saturating_sub(CLOCK_LEEWAY) {
            return None;
        }
        let backoff = self.retry_at.saturating_sub(self.failed_at);
        u64::try_from(self.retry_at.saturating_sub(now).min(backoff))
            .ok()
            .filter(|seconds| *seconds > 0)
            .map(Duration::from_secs)
    }

    /// Resets the count of rejections after a response that is not a rejection.
    pub(super) fn reset_rejections(&mut self) {
        self.rejections = 0;
    }

    /// Returns whether the consecutive rejections mean that the refresh token is dead.
    pub(super) fn is_token_dead(&self) -> bool {
        self.rejections >= MAX_REJECTIONS
            && self.failed_at.saturating_sub(self.rejected_since) >= MIN_REJECTION_SPAN
    }
}

/// Returns the back-off after `failures` consecutive failures, in seconds.
pub(super) fn backoff_seconds(kind: FailureKind, failures: u32) -> i64 {
    let (initial, max) = match kind {
        FailureKind::Down | FailureKind::Intercepted | FailureKind::Misconfigured => {
            (INITIAL_BACKOFF, MAX_BACKOFF)
        }
        FailureKind::Rejected => (INITIAL_BACKOFF, MAX_BACKOFF_AFTER_REJECTION),
        FailureKind::RejectedToken => (
            INITIAL_BACKOFF_AFTER_REJECTED_TOKEN,
            MAX_BACKOFF_AFTER_REJECTED_TOKEN,
        ),
    };
    let doublings = failures.saturating_sub(1).min(30);
    (initial << doublings).min(max)
}

/// Deserializes a value. An unreadable value of another version counts as absent.
pub(super) fn deserialize_readable<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let value = Option::<serde_json::Value>::deserialize(deserializer)?;
    Ok(value.and_then(|value| serde_json::from_value(value).ok()))
}

#[cfg(test)]
mod tests;
