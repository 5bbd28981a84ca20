//! Work that outlives its request: it runs in tasks that are tracked, and that a shutdown waits for.
//!
//! A client that hangs up drops the future of its request. What must not stop halfway (a refresh, a revocation, the end
//! of a login, a logout) runs in a task instead, and the request only waits for it. Tasks that lose nothing when they are cut
//! off (fetches of the provider's documents, the renewal of a lease, bookkeeping) are not tracked.

use std::{
    fmt,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    task::JoinHandle,
    time::{Instant, timeout_at},
};
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

/// The kinds of detached work, in the order in which one can start another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Callback,
    Logout,
    Refresh,
    Revocation,
}

/// Tracks all detached work of one [`Auth0`](crate::Auth0). Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    trackers: [TaskTracker; 4],
    /// When the process stops; `None` while it runs.
    deadline: Mutex<Option<Instant>>,
}

/// How much detached work was still running when the time for a shutdown was over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unfinished {
    /// Logins between the provider's redirect and their session.
    pub callbacks: usize,
    /// Logouts.
    pub logouts: usize,
    /// Token refreshes. The refresh token of each may be lost.
    pub refreshes: usize,
    /// Revocations of refresh tokens.
    pub revocations: usize,
}

impl Unfinished {
    /// The number of all of them.
    pub fn total(&self) -> usize {
        self.callbacks + self.logouts + self.refreshes + self.revocations
    }
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} callbacks, {} logouts, {} refreshes, {} revocations",
            self.callbacks, self.logouts, self.refreshes, self.revocations
        )
    }
}

impl Tasks {
    /// Runs `work` in a task of its own, within the current span. Dropping the handle does not stop it.
    pub(crate) fn spawn<F>(&self, kind: Work, work: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.0.trackers[kind as usize].spawn(work.in_current_span())
    }

    /// Notes that the process stops in `timeout`. A second call does not put it off.
    pub(crate) fn start_shutdown(&self, timeout: Duration) {
        self.deadline().get_or_insert(Instant::now() + timeout);
    }

    pub(crate) fn is_shutting_down(&self) -> bool {
        self.deadline().is_some()
    }

    /// Whether work that takes `duration` can end before the process does.
    pub(crate) fn has_time_for(&self, duration: Duration) -> bool {
        self.deadline()
            .is_none_or(|deadline| Instant::now() + duration <= deadline)
    }

    /// Waits until all tasks have ended, but no longer than `timeout`.
    pub(crate) async fn drain(&self, timeout: Duration) -> Unfinished {
        let end = Instant::now() + timeout;
        for tracker in &self.0.trackers {
            tracker.close();
        }
        let all = async {
            while self.unfinished().total() > 0 {
                for tracker in &self.0.trackers {
                    tracker.wait().await;
                }
            }
        };
        // Whether the time was enough shows in what is left.
        let _ = timeout_at(end, all).await;
        self.unfinished()
    }

    pub(crate) fn unfinished(&self) -> Unfinished {
        let [callbacks, logouts, refreshes, revocations] = [
            Work::Callback,
            Work::Logout,
            Work::Refresh,
            Work::Revocation,
        ]
        .map(|kind| self.0.trackers[kind as usize].len());
        Unfinished {
            callbacks,
            logouts,
            refreshes,
            revocations,
        }
    }

    fn deadline(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.0
            .deadline
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_shutdown_waits_for_work_that_nobody_waits_for() {
        let tasks = Tasks::default();
        let (done, is_done) = oneshot::channel();
        drop(tasks.spawn(Work::Refresh, async move {
            tokio::time::sleep(SECOND).await;
            done.send(()).unwrap();
        }));
        assert_eq!(tasks.drain(10 * SECOND).await.total(), 0);
        is_done.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_shutdown_waits_for_work_that_other_work_starts() {
        let tasks = Tasks::default();
        let (inner, (done, is_done)) = (tasks.clone(), oneshot::channel());
        drop(tasks.spawn(Work::Logout, async move {
            tokio::time::sleep(SECOND).await;
            drop(inner.spawn(Work::Revocation, async move {
                tokio::time::sleep(SECOND).await;
                done.send(()).unwrap();
            }));
        }));
        assert_eq!(tasks.drain(10 * SECOND).await.total(), 0);
        is_done.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_shutdown_does_not_wait_longer_than_its_time_and_counts_what_is_left() {
        let tasks = Tasks::default();
        for kind in [Work::Callback, Work::Refresh, Work::Refresh] {
            drop(tasks.spawn(kind, std::future::pending::<()>()));
        }
        let begin = Instant::now();
        let unfinished = tasks.drain(3 * SECOND).await;
        assert_eq!(begin.elapsed(), 3 * SECOND);
        let expected = Unfinished {
            callbacks: 1,
            refreshes: 2,
            ..Unfinished::default()
        };
        assert_eq!(unfinished, expected);
        assert_eq!(
            unfinished.to_string(),
            "1 callbacks, 0 logouts, 2 refreshes, 0 revocations"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_begins_that_cannot_end_in_time() {
        let tasks = Tasks::default();
        assert!(tasks.has_time_for(1_000 * SECOND));
        tasks.start_shutdown(10 * SECOND);
        tasks.start_shutdown(1_000 * SECOND);
        assert!(tasks.has_time_for(10 * SECOND));
        assert!(!tasks.has_time_for(11 * SECOND));
        tokio::time::advance(5 * SECOND).await;
        assert!(!tasks.has_time_for(10 * SECOND));
    }
}
