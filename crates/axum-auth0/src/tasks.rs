//! Tracks tasks that outlive their request, so that a shutdown can wait for them.
//!
//! If a client disconnects, the future of its request is dropped. Work that must complete (a refresh, a revocation, a
//! callback, a logout) runs in a task that the request only awaits. Tasks that can be cancelled without a loss (fetches
//! of metadata and keys, the renewal of a lease, bookkeeping) are not tracked.

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

use crate::metrics::{self, InProgress};

/// The kinds of tracked work, in the order in which one can start another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Callback,
    Logout,
    Refresh,
    Revocation,
}

impl Work {
    fn as_str(self) -> &'static str {
        match self {
            Self::Callback => "callback",
            Self::Logout => "logout",
            Self::Refresh => "refresh",
            Self::Revocation => "revocation",
        }
    }
}

/// The tracked tasks of one [`Auth0`](crate::Auth0). Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    trackers: [TaskTracker; 4],
    /// The time at which the process exits; `None` before a shutdown.
    deadline: Mutex<Option<Instant>>,
}

/// The tracked tasks that were still running when a shutdown timed out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnfinishedTasks {
    /// Callbacks: logins between the provider's redirect and their session.
    pub callbacks: usize,
    /// Logouts.
    pub logouts: usize,
    /// Token refreshes, token exchanges and polls of backchannel logins. The refresh token of each may be lost.
    pub refreshes: usize,
    /// Revocations of refresh tokens.
    pub revocations: usize,
}

impl UnfinishedTasks {
    /// Returns the total number of tasks.
    pub fn total(&self) -> usize {
        self.callbacks + self.logouts + self.refreshes + self.revocations
    }
}

impl fmt::Display for UnfinishedTasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} callbacks, {} logouts, {} refreshes, {} revocations",
            self.callbacks, self.logouts, self.refreshes, self.revocations
        )
    }
}

impl Tasks {
    /// Runs `work` in a tracked task, within the current span. Dropping the handle does not cancel it.
    pub(crate) fn spawn<F>(&self, kind: Work, work: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let in_progress = InProgress::start(metrics::TASKS, ("kind", kind.as_str()));
        let work = async move {
            let _in_progress = in_progress;
            work.await
        };
        self.0.trackers[kind as usize].spawn(work.in_current_span())
    }

    /// Records that the process exits in `timeout`. A second call does not extend it.
    pub(crate) fn start_shutdown(&self, timeout: Duration) {
        self.deadline().get_or_insert(Instant::now() + timeout);
    }

    pub(crate) fn is_shutting_down(&self) -> bool {
        self.deadline().is_some()
    }

    /// Returns whether work of this `duration` can complete before the process exits.
    pub(crate) fn has_time_for(&self, duration: Duration) -> bool {
        self.deadline()
            .is_none_or(|deadline| Instant::now() + duration <= deadline)
    }

    /// Waits until all tasks have completed, for at most `timeout`, and returns those that have not.
    pub(crate) async fn drain(&self, timeout: Duration) -> UnfinishedTasks {
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
        // The number of unfinished tasks shows a timeout.
        let _ = timeout_at(end, all).await;
        self.unfinished()
    }

    pub(crate) fn unfinished(&self) -> UnfinishedTasks {
        let [callbacks, logouts, refreshes, revocations] = [
            Work::Callback,
            Work::Logout,
            Work::Refresh,
            Work::Revocation,
        ]
        .map(|kind| self.0.trackers[kind as usize].len());
        UnfinishedTasks {
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
    async fn a_shutdown_waits_for_tasks_whose_handle_was_dropped() {
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
    async fn a_shutdown_waits_for_tasks_that_other_tasks_start() {
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
    async fn a_shutdown_times_out_and_counts_the_unfinished_tasks() {
        let tasks = Tasks::default();
        for kind in [Work::Callback, Work::Refresh, Work::Refresh] {
            drop(tasks.spawn(kind, std::future::pending::<()>()));
        }
        let start = Instant::now();
        let unfinished = tasks.drain(3 * SECOND).await;
        assert_eq!(start.elapsed(), 3 * SECOND);
        let expected = UnfinishedTasks {
            callbacks: 1,
            refreshes: 2,
            ..UnfinishedTasks::default()
        };
        assert_eq!(unfinished, expected);
        assert_eq!(
            unfinished.to_string(),
            "1 callbacks, 0 logouts, 2 refreshes, 0 revocations"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_cannot_complete_before_the_deadline_is_not_started() {
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
