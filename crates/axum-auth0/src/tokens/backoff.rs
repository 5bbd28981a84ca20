//! How long a failing provider is left alone: one schedule for a login, for a single token of a login, and for the
//! provider as this process sees it.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

use super::failure::{Failure, FailureKind};
use crate::diagnosis::Diagnosis;

/// The first pause after a failure, in seconds. Each further failure doubles it.
const FIRST_PAUSE: i64 = 2;

/// Longest pause, in seconds: once the provider recovers, every user is back after this time.
const MAX_PAUSE: i64 = 60;

/// Longest pause after a provider that refuses one login without saying why, in seconds.
const MAX_PAUSE_AFTER_REJECTION: i64 = 120;

/// Pauses after a token that was not what was asked for, in seconds: such a provider answers, and most likely answers
/// the same again.
const FIRST_PAUSE_AFTER_WRONG_TOKEN: i64 = 30;
const MAX_PAUSE_AFTER_WRONG_TOKEN: i64 = 300;

/// Upper bound for a `Retry-After` of the token endpoint, in seconds.
const MAX_RETRY_AFTER: i64 = 600;

/// How many rejections in a row mean that the refresh token is dead, and how many seconds lie between the first and the
/// last of them at least.
const REJECTIONS_OF_A_DEAD_TOKEN: u32 = 3;
const SPAN_OF_REJECTIONS: i64 = 60;

/// The memory of refreshes that failed in a row. It is kept in the sealed token set, so it holds over replicas, and
/// once in each process for the provider as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Backoff {
    pub(super) kind: FailureKind,
    /// Failures in a row.
    pub(super) failures: u32,
    /// The last failure, in seconds since 1970.
    pub(super) failed_at: i64,
    /// When the provider may be asked again, in seconds since 1970.
    pub(super) retry_at: i64,
    /// Whether the provider itself named the time (`Retry-After`).
    #[serde(default)]
    pub(super) is_requested: bool,
    /// Rejections in a row, and when the first of them came.
    #[serde(default)]
    rejections: u32,
    #[serde(default)]
    rejected_since: i64,
    /// What to tell if the configuration is the reason.
    #[serde(default)]
    pub(super) diagnosis: Option<Diagnosis>,
}

/// What the clocks of replicas may differ by, in seconds.
pub(super) const CLOCK_LEEWAY: i64 = 60;

impl Backoff {
    /// The state after `failure` at `now`; `previous` is the state before.
    pub(super) fn after(previous: Option<&Self>, failure: &Failure, now: i64) -> Self {
        let failures = previous.map_or(0, |previous| previous.failures) + 1;
        let requested = failure
            .retry_after
            .map(|wait| i64::try_from(wait.as_secs()).unwrap_or(i64::MAX))
            .map(|seconds| seconds.min(MAX_RETRY_AFTER));
        let pause = pause(failure.kind, failures);
        let is_rejection = failure.kind == FailureKind::Rejected;
        let (rejections, rejected_since) = match previous {
            _ if !is_rejection => (0, now),
            Some(previous) if previous.rejections > 0 => {
                // The clock may have been set back since.
                (previous.rejections + 1, previous.rejected_since.min(now))
            }
            _ => (1, now),
        };
        Self {
            kind: failure.kind,
            failures,
            failed_at: now,
            retry_at: now.saturating_add(requested.map_or(pause, |wait| wait.max(pause))),
            is_requested: requested.is_some_and(|wait| wait >= pause),
            rejections,
            rejected_since,
            diagnosis: failure.diagnosis.as_deref().cloned(),
        }
    }

    /// How long the provider is left alone yet; `None` if it may be asked. A failure in the future is that of a clock
    /// that was set back since; it does not count.
    pub(super) fn remaining(&self, now: i64) -> Option<Duration> {
        if now < self.failed_at.saturating_sub(CLOCK_LEEWAY) {
            return None;
        }
        let pause = self.retry_at.saturating_sub(self.failed_at);
        u64::try_from(self.retry_at.saturating_sub(now).min(pause))
            .ok()
            .filter(|seconds| *seconds > 0)
            .map(Duration::from_secs)
    }

    /// An answer that is no rejection came in between.
    pub(super) fn end_rejections(&mut self) {
        self.rejections = 0;
    }

    /// Whether the rejections so far mean that the refresh token is dead. An answer that is no rejection begins the count
    /// again.
    pub(super) fn is_dead_token(&self) -> bool {
        self.rejections >= REJECTIONS_OF_A_DEAD_TOKEN
            && self.failed_at.saturating_sub(self.rejected_since) >= SPAN_OF_REJECTIONS
    }
}

/// How many seconds after `failures` in a row the provider is asked again.
pub(super) fn pause(kind: FailureKind, failures: u32) -> i64 {
    let (first, longest) = match kind {
        FailureKind::Down | FailureKind::Intercepted | FailureKind::Misconfigured => {
            (FIRST_PAUSE, MAX_PAUSE)
        }
        FailureKind::Rejected => (FIRST_PAUSE, MAX_PAUSE_AFTER_REJECTION),
        FailureKind::RejectedToken => (FIRST_PAUSE_AFTER_WRONG_TOKEN, MAX_PAUSE_AFTER_WRONG_TOKEN),
    };
    let doublings = failures.saturating_sub(1).min(30);
    (first << doublings).min(longest)
}

/// Reads a back-off; one that another version wrote and this one cannot read is none.
pub(super) fn readable<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Backoff>, D::Error> {
    let value = Option::<serde_json::Value>::deserialize(deserializer)?;
    Ok(value.and_then(|value| serde_json::from_value(value).ok()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const T: i64 = 1_800_000_000;

    fn failure(kind: FailureKind) -> Failure {
        Failure {
            kind,
            retry_after: None,
            diagnosis: None,
        }
    }

    /// The times at which a provider that always fails in this way is asked within ten minutes.
    fn times(failure: &Failure) -> Vec<i64> {
        let (mut times, mut backoff, mut now) = (Vec::new(), None, 0);
        while now <= 600 {
            times.push(now);
            let next = Backoff::after(backoff.as_ref(), failure, T + now);
            now = next.retry_at - T;
            backoff = Some(next);
        }
        times
    }

    #[test]
    fn pauses_double_up_to_a_minute() {
        let times = times(&failure(FailureKind::Down));
        assert_eq!(times[..8], [0, 2, 6, 14, 30, 62, 122, 182]);
        assert_eq!(times.len(), 14, "in ten minutes");
    }

    #[test]
    fn a_retry_after_is_obeyed_but_not_for_longer_than_ten_minutes() {
        for (asked, waited) in [(0, 2), (1, 2), (60, 60), (599, 599), (86_400, 600)] {
            let failure = Failure {
                retry_after: Some(Duration::from_secs(asked)),
                ..failure(FailureKind::Down)
            };
            let backoff = Backoff::after(None, &failure, T);
            assert_eq!(backoff.remaining(T), Some(Duration::from_secs(waited)));
            assert_eq!(backoff.remaining(T + i64::try_from(waited).unwrap()), None);
        }
    }

    #[test]
    fn a_retry_after_that_is_shorter_than_the_schedule_does_not_shorten_it() {
        let failure = Failure {
            retry_after: Some(Duration::from_secs(1)),
            ..failure(FailureKind::Down)
        };
        assert_eq!(times(&failure), times(&self::failure(FailureKind::Down)));
    }

    /// The state after these answers, each at its second.
    fn after(answers: &[(i64, FailureKind)]) -> Backoff {
        let mut backoff = None;
        for (second, kind) in answers {
            backoff = Some(Backoff::after(
                backoff.as_ref(),
                &failure(*kind),
                T + second,
            ));
        }
        backoff.unwrap()
    }

    #[test]
    fn three_rejections_within_a_minute_or_more_mean_a_dead_token() {
        use FailureKind::{Down, Intercepted, Rejected};
        for (answers, is_dead) in [
            (&[(0, Rejected)][..], false),
            (&[(0, Rejected), (100, Rejected)], false),
            (&[(0, Rejected), (30, Rejected), (59, Rejected)], false),
            (&[(0, Rejected), (30, Rejected), (60, Rejected)], true),
            (
                &[(0, Rejected), (9, Rejected), (20, Rejected), (61, Rejected)],
                true,
            ),
            (&[(0, Rejected), (30, Rejected), (60, Intercepted)], false),
            (
                &[(0, Rejected), (30, Down), (60, Rejected), (90, Rejected)],
                false,
            ),
            (
                &[(0, Down), (30, Down), (60, Down), (600, Intercepted)],
                false,
            ),
        ] {
            assert_eq!(after(answers).is_dead_token(), is_dead, "{answers:?}");
        }
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_prolong_a_pause() {
        let backoff = Backoff::after(None, &failure(FailureKind::Down), T);
        assert_eq!(backoff.remaining(T - 3_600), None);
    }
}
