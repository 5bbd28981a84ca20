//! Background work between start and shutdown: provider metadata, cleanup and changes of the store, and draining of detached tasks.

use std::time::Duration;

use tokio::task::JoinHandle;

use super::Auth0;
#[cfg(feature = "metrics")]
use crate::metrics;
use crate::{store::StoreError, tasks::UnfinishedTasks};

/// Interval between deletions of ended sessions.
const CLEANUP_INTERVAL: Duration = Duration::from_mins(10);

/// Maximum number of rows of each kind that one statement deletes.
const CLEANUP_BATCH: u32 = 1_000;

/// Interval between checks of the provider's metadata and keys. They are fetched again when they are an hour or ten minutes
/// old, or after a failure.
const PROVIDER_INTERVAL: Duration = Duration::from_secs(5);

/// Interval between counts of the sessions.
#[cfg(feature = "metrics")]
const COUNT_INTERVAL: Duration = Duration::from_mins(1);

impl Auth0 {
    /// Begins a shutdown that ends in `timeout`. From now on [`Self::ready`] fails, so that a load balancer sends no
    /// new requests, and no refresh starts whose result could not be stored in time. Requests are still served.
    pub fn start_shutdown(&self, timeout: Duration) {
        self.state.tasks.start_shutdown(timeout);
    }

    /// Waits for detached tasks: token refreshes, revocations, and the logins and logouts whose client disconnected.
    /// Call it after the server stopped accepting requests, and end the process when it returns. Implies
    /// [`Self::start_shutdown`].
    ///
    /// Returns after `timeout` at the latest, with the number of unfinished tasks, which is also logged.
    /// [`Config::shutdown_timeout`](crate::Config::shutdown_timeout) is long enough for the slowest refresh.
    pub async fn shutdown(&self, timeout: Duration) -> UnfinishedTasks {
        self.start_shutdown(timeout);
        let unfinished = self.state.tasks.drain(timeout).await;
        if unfinished.total() > 0 {
            tracing::error!(%unfinished, "shutdown timed out before all detached tasks finished");
        } else {
            tracing::info!("shutdown finished: no detached tasks are left");
        }
        unfinished
    }

    /// Returns how many detached tasks are running.
    pub fn unfinished_tasks(&self) -> UnfinishedTasks {
        self.state.tasks.unfinished()
    }

    /// Deletes ended sessions in batches until none is left. Returns the number of deleted rows. Tokens of sessions that
    /// ended or are idle do not stay in memory either.
    ///
    /// # Errors
    ///
    /// If the store fails. Batches that were already deleted stay deleted.
    pub async fn delete_expired(&self) -> Result<u64, StoreError> {
        self.state.session.forget_opened_sessions();
        let now = self.state.clock.unix_seconds();
        let idle_before = now - self.state.config.session_lifetime().inactivity_seconds();
        let mut total = 0;
        loop {
            let store = &self.state.store;
            let deleted = store
                .delete_expired(now, idle_before, CLEANUP_BATCH)
                .await?;
            total += deleted;
            // Each kind of row has its own limit, so a total below one limit means that no rows remain.
            if deleted < u64::from(CLEANUP_BATCH) {
                return Ok(total);
            }
            // Lets requests run between batches.
            tokio::task::yield_now().await;
        }
    }

    /// Spawns a task that fetches the provider's metadata and keys before the first login, keeps them up to date, deletes
    /// ended sessions periodically, and follows the changes of the session store, until the task is aborted.
    ///
    /// Without it, each request of a session reads the store, also if the store reports its changes
    /// ([`Store::subscribe`](crate::Store::subscribe)).
    pub fn spawn_maintenance(&self) -> JoinHandle<()> {
        let auth0 = self.clone();
        tokio::spawn(async move {
            tokio::join!(
                auth0.fetch_provider_regularly(),
                auth0.delete_expired_regularly(),
                auth0.state.session.follow_changes(),
                auth0.count_sessions_regularly()
            );
        })
    }

    /// Keeps metadata and keys up to date, so that no request waits for them, and an outage is noticed without a login.
    async fn fetch_provider_regularly(&self) {
        while !self.state.tasks.is_shutting_down() {
            // A failure is logged where it happens, once for each fetch.
            let _ = self.state.provider.ready().await;
            tokio::time::sleep(PROVIDER_INTERVAL).await;
        }
    }

    async fn delete_expired_regularly(&self) {
        loop {
            match self.delete_expired().await {
                Ok(0) => {}
                Ok(deleted) => tracing::debug!(deleted, "deleted ended sessions"),
                Err(error) => tracing::error!(%error, "failed to delete ended sessions"),
            }
            tokio::time::sleep(CLEANUP_INTERVAL).await;
        }
    }

    /// Sets the number of sessions in the metrics, if the store can count them.
    #[cfg(feature = "metrics")]
    async fn count_sessions_regularly(&self) {
        loop {
            match self.state.store.count_logins().await {
                Ok(Some(sessions)) => {
                    let sessions = u32::try_from(sessions).unwrap_or(u32::MAX);
                    metrics::set(metrics::SESSIONS, f64::from(sessions));
                }
                Ok(None) => return,
                Err(error) => tracing::debug!(%error, "failed to count sessions"),
            }
            tokio::time::sleep(COUNT_INTERVAL).await;
        }
    }

    #[cfg(not(feature = "metrics"))]
    #[expect(clippy::unused_async, reason = "there are no metrics")]
    async fn count_sessions_regularly(&self) {}
}
