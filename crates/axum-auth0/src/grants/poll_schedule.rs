//! When a client asks whether the user has decided. Pure: no clock, no I/O.

use std::time::Duration;

/// How much longer the interval is after each `slow_down` (OpenID Connect CIBA Core 1.0 §11).
const SLOW_DOWN: Duration = Duration::from_secs(5);

/// Maximum interval. A provider that always asks to slow down does not stop the polls.
const MAX_INTERVAL: Duration = Duration::from_mins(1);

/// The times of the polls of one request, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PollSchedule {
    interval: Duration,
    next_at: i64,
    expires_at: i64,
}

impl PollSchedule {
    /// Creates the schedule of a request that was accepted at `now`. The first poll is one interval later.
    pub(crate) fn new(now: i64, expires_in: i64, interval: Duration) -> Self {
        let mut schedule = Self {
            interval: interval.min(MAX_INTERVAL),
            next_at: now,
            expires_at: now.saturating_add(expires_in),
        };
        schedule.record_poll(now, None);
        schedule
    }

    pub(crate) fn interval(&self) -> Duration {
        self.interval
    }

    /// Returns the remaining lifetime of the request.
    pub(crate) fn expires_in(&self, now: i64) -> Duration {
        Duration::from_secs(u64::try_from(self.expires_at - now).unwrap_or_default())
    }

    pub(crate) fn is_expired(&self, now: i64) -> bool {
        now >= self.expires_at
    }

    /// Returns whether the interval has passed.
    pub(crate) fn is_due(&self, now: i64) -> bool {
        now >= self.next_at
    }

    /// Returns how long it is until the next poll.
    pub(crate) fn until_due(&self, now: i64) -> Duration {
        Duration::from_secs(u64::try_from(self.next_at - now).unwrap_or_default())
    }

    /// Records that a poll was answered at `now`, with `Retry-After`, which counts up to [`MAX_INTERVAL`].
    pub(crate) fn record_poll(&mut self, now: i64, retry_after: Option<Duration>) {
        let requested = retry_after.unwrap_or_default().min(MAX_INTERVAL);
        let wait = self.interval.max(requested).as_secs();
        let interval = i64::try_from(wait).unwrap_or(i64::MAX);
        self.next_at = now.saturating_add(interval);
    }

    /// Makes the interval longer, for all later polls.
    pub(crate) fn slow_down(&mut self) {
        self.interval = (self.interval + SLOW_DOWN).min(MAX_INTERVAL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_poll_is_due_after_each_interval_until_the_request_expires() {
        let mut schedule = PollSchedule::new(NOW, 60, seconds(5));
        assert!(!schedule.is_due(NOW) && !schedule.is_due(NOW + 4));
        assert!(schedule.is_due(NOW + 5));
        schedule.record_poll(NOW + 7, None);
        assert!(!schedule.is_due(NOW + 11) && schedule.is_due(NOW + 12));
        assert!(!schedule.is_expired(NOW + 59) && schedule.is_expired(NOW + 60));
        assert_eq!(schedule.expires_in(NOW + 20), seconds(40));
        assert_eq!(schedule.expires_in(NOW + 100), seconds(0));
    }

    #[test]
    fn a_poll_waits_for_retry_after_up_to_a_minute() {
        for (retry_after, wait) in [(1, 5), (20, 20), (9_000, 60)] {
            let mut schedule = PollSchedule::new(NOW, 600, seconds(5));
            schedule.record_poll(NOW, Some(seconds(retry_after)));
            assert!(!schedule.is_due(NOW + wait - 1) && schedule.is_due(NOW + wait));
        }
    }

    #[test]
    fn each_slow_down_makes_all_later_intervals_five_seconds_longer_up_to_a_minute() {
        let mut schedule = PollSchedule::new(NOW, 600, seconds(5));
        schedule.slow_down();
        schedule.record_poll(NOW, None);
        assert!(!schedule.is_due(NOW + 9) && schedule.is_due(NOW + 10));
        for _ in 0..100 {
            schedule.slow_down();
        }
        assert_eq!(schedule.interval(), seconds(60));
        assert_eq!(
            PollSchedule::new(NOW, 600, seconds(9_000)).interval(),
            seconds(60)
        );
    }
}
