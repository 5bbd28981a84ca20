//! Decides whether a read of the store is still valid.
//!
//! Reads and changes are ordered by one counter. A read is valid if it began after the last change of its login and of its
//! record, and after the feed of changes began, and if the feed has proved within the last 750 ms that no change is
//! missing. The age of the proof is measured by a monotonic clock when the read is used, so a process that was suspended, or whose feed is
//! stalled, reads the store again.

use std::{
    fmt,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use tokio::time::Instant;

use crate::store::{LoginId, StoreChange};

/// Maximum age of the proof that no change is missing. A change by another process is seen after this time at the latest.
pub(crate) const MAX_STALENESS: Duration = Duration::from_millis(750);

/// Number of groups of keys. A change invalidates the reads of its group, so collisions only cost a read: half a megabyte
/// for one additional read in 65,536.
const GROUPS: usize = 1 << 16;

/// The position of a read of the store among the changes. It is taken before the read begins, so that a change that is
/// reported while the read is under way invalidates it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadStamp(u64);

/// The changes since the start of the process.
pub(crate) struct ChangeTracker {
    /// Number of changes and of starts of the feed.
    count: AtomicU64,
    /// The count at the last start of the feed. Changes before it may be missing.
    feed_start: AtomicU64,
    /// The count at the last change of each group. Allocated at the first start of the feed.
    changes: OnceLock<Box<[AtomicU64]>>,
    /// The end of the last proof, in milliseconds since `epoch`; 0 without a feed.
    proved_until: AtomicU64,
    epoch: Instant,
}

impl Default for ChangeTracker {
    fn default() -> Self {
        Self {
            count: AtomicU64::new(0),
            feed_start: AtomicU64::new(0),
            changes: OnceLock::new(),
            proved_until: AtomicU64::new(0),
            epoch: Instant::now(),
        }
    }
}

impl ChangeTracker {
    /// Returns the stamp of a read that begins now.
    pub(crate) fn stamp(&self) -> ReadStamp {
        ReadStamp(self.count.load(SeqCst))
    }

    /// Returns whether a read can be valid, so that its result is worth keeping.
    pub(crate) fn is_proved(&self) -> bool {
        self.milliseconds(Instant::now()) < self.proved_until.load(SeqCst)
    }

    /// Returns whether what a read returned about a session is still valid.
    pub(crate) fn is_valid(&self, read: ReadStamp, login: &LoginId, record: &[u8; 32]) -> bool {
        // First the proof: the changes that it covers were recorded before it.
        let is_proved = self.is_proved();
        let Some(changes) = self.changes.get() else {
            return false;
        };
        let last_change = |key: &[u8]| changes[group(key)].load(SeqCst);
        is_proved
            && self.feed_start.load(SeqCst) <= read.0
            && last_change(login.as_bytes()) <= read.0
            && last_change(record) <= read.0
    }

    /// Records that the feed reports all changes from now on.
    pub(super) fn start_feed(&self) {
        self.changes
            .get_or_init(|| (0..GROUPS).map(|_| AtomicU64::new(0)).collect());
        self.feed_start.fetch_max(self.next(), SeqCst);
    }

    /// Records that changes may be missing from now on.
    pub(super) fn end_feed(&self) {
        self.proved_until.store(0, SeqCst);
    }

    /// Records a change by any process, after it was made.
    pub(crate) fn record(&self, change: StoreChange) {
        match change {
            StoreChange::Login(login) => self.invalidate(login.as_bytes()),
            StoreChange::Record(key) => self.invalidate(&key),
            StoreChange::Current(at) => {
                let end = self.milliseconds(at + MAX_STALENESS);
                self.proved_until.store(end, SeqCst);
            }
        }
    }

    fn invalidate(&self, key: &[u8]) {
        // Without a feed, no read is valid.
        if let Some(changes) = self.changes.get() {
            changes[group(key)].fetch_max(self.next(), SeqCst);
        }
    }

    fn next(&self) -> u64 {
        self.count.fetch_add(1, SeqCst) + 1
    }

    fn milliseconds(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.epoch);
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}

/// Returns the group of a key. Keys are random or hashes.
fn group(key: &[u8]) -> usize {
    let bytes = key.iter().take(8);
    let number = bytes.fold(0_usize, |number, byte| {
        number.wrapping_shl(8) | usize::from(*byte)
    });
    number % GROUPS
}

impl fmt::Debug for ChangeTracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeTracker")
            .field("is_proved", &self.is_proved())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGIN: [u8; 16] = [1; 16];
    const RECORD: [u8; 32] = [2; 32];

    fn is_valid(tracker: &ChangeTracker, read: ReadStamp) -> bool {
        tracker.is_valid(read, &LoginId::from_bytes(LOGIN), &RECORD)
    }

    fn current(tracker: &ChangeTracker) {
        tracker.record(StoreChange::Current(Instant::now()));
    }

    fn with_feed() -> ChangeTracker {
        let tracker = ChangeTracker::default();
        tracker.start_feed();
        current(&tracker);
        tracker
    }

    #[tokio::test(start_paused = true)]
    async fn no_read_is_valid_without_a_feed() {
        let tracker = ChangeTracker::default();
        assert!(!is_valid(&tracker, tracker.stamp()));
        // A report of this process alone proves nothing.
        tracker.record(StoreChange::Login(LoginId::from_bytes(LOGIN)));
        current(&tracker);
        assert!(!is_valid(&tracker, tracker.stamp()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_is_valid_until_its_login_or_its_record_changes() {
        for change in [
            StoreChange::Login(LoginId::from_bytes(LOGIN)),
            StoreChange::Record(RECORD),
        ] {
            let tracker = with_feed();
            let read = tracker.stamp();
            assert!(is_valid(&tracker, read));
            tracker.record(StoreChange::Login(LoginId::from_bytes([3; 16])));
            assert!(is_valid(&tracker, read), "another login");
            tracker.record(change);
            assert!(!is_valid(&tracker, read), "{change:?}");
            current(&tracker);
            assert!(!is_valid(&tracker, read), "{change:?}");
            assert!(is_valid(&tracker, tracker.stamp()), "a later read");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_that_is_reported_during_the_read_invalidates_it() {
        let tracker = with_feed();
        let read = tracker.stamp();
        tracker.record(StoreChange::Login(LoginId::from_bytes(LOGIN)));
        // The read returns what was before the change, and is kept now.
        assert!(!is_valid(&tracker, read));
    }

    #[tokio::test(start_paused = true)]
    async fn a_proof_ends_three_quarters_of_a_second_after_it_was_requested() {
        let tracker = with_feed();
        let read = tracker.stamp();
        tokio::time::advance(Duration::from_millis(749)).await;
        assert!(is_valid(&tracker, read));
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(!is_valid(&tracker, read));
        // A proof that took long is old when it arrives.
        let requested_at = Instant::now();
        tokio::time::advance(MAX_STALENESS).await;
        tracker.record(StoreChange::Current(requested_at));
        assert!(!is_valid(&tracker, read));
        current(&tracker);
        assert!(is_valid(&tracker, read));
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_before_the_feed_was_lost_is_not_valid_when_it_is_back() {
        let tracker = with_feed();
        let before = tracker.stamp();
        tracker.end_feed();
        assert!(!is_valid(&tracker, before));
        let meanwhile = tracker.stamp();
        tracker.start_feed();
        current(&tracker);
        assert!(!is_valid(&tracker, before));
        assert!(!is_valid(&tracker, meanwhile));
        assert!(is_valid(&tracker, tracker.stamp()));
    }
}
