//! From start to shutdown: the provider ahead of the first login, cleanup, and the end of detached work.

use std::time::Duration;

use tokio::task::JoinHandle;

use super::{Auth0, NotReady};
use crate::{store::StoreError, tasks::Unfinished};

/// How often ended sessions are deleted, and how many in one statement.
const CLEANUP_INTERVAL: Duration = Duration::from_mins(10);
const CLEANUP_BATCH: u32 = 1_000;

/// How often the provider is asked again while it does not answer.
const PROVIDER_RETRY_INTERVAL: Duration = Duration::from_secs(5);

impl Auth0 {
    /// Begins a shutdown that ends in `timeout`: [`Self::ready`] fails from now on, so that no new traffic is sent here,
    /// and no refresh is started that could not be stored in time. Requests are still served.
    pub fn start_shutdown(&self, timeout: Duration) {
        self.state.tasks.start_shutdown(timeout);
    }

    /// Waits for the work that outlives its request: token refreshes, revocations, and the logins and logouts whose
    /// client hung up. Call it when the server has stopped to accept requests, and end the process when it returns.
    ///
    /// Returns after `timeout` at the latest, and tells (and logs) how much was cut off. [`Config::shutdown_timeout`](crate::Config::shutdown_timeout) is
    /// long enough for the slowest refresh. Implies [`Self::start_shutdown`].
    pub async fn shutdown(&self, timeout: Duration) -> Unfinished {
        self.start_shutdown(timeout);
        let unfinished = self.state.tasks.drain(timeout).await;
        if unfinished.total() > 0 {
            tracing::error!(%unfinished, "shutdown: detached work was cut off");
        } else {
            tracing::info!("shutdown: no detached work is left");
        }
        unfinished
    }

    /// The work that outlives its request and runs now.
    pub fn unfinished(&self) -> Unfinished {
        self.state.tasks.unfinished()
    }

    /// Deletes ended sessions, in batches, until none is left.
    ///
    /// # Errors
    ///
    /// If the store does not answer. What was deleted before stays deleted.
    pub async fn delete_expired(&self) -> Result<u64, StoreError> {
        let now = self.state.clock.unix_seconds();
        let inactivity = self.state.config.session_lifetime().inactivity_seconds();
        let mut total = 0;
        loop {
            let store = &self.state.store;
            let swept = store
                .delete_expired(now, now - inactivity, CLEANUP_BATCH)
                .await?;
            total += swept;
            // Each kind of row has a limit of its own, so fewer than one limit altogether means that nothing is left.
            if swept < u64::from(CLEANUP_BATCH) {
                return Ok(total);
            }
            // Requests come in between.
            tokio::task::yield_now().await;
        }
    }

    /// Asks the provider ahead of the first login, and deletes ended sessions from time to time, until the returned
    /// task is aborted. Neither waits for the other.
    pub fn spawn_maintenance(&self) -> JoinHandle<()> {
        let auth0 = self.clone();
        tokio::spawn(async move {
            tokio::join!(auth0.wait_for_provider(), auth0.delete_expired_regularly());
        })
    }

    async fn wait_for_provider(&self) {
        while let Err(error) = self.ready().await {
            if matches!(error, NotReady::ShuttingDown) {
                return;
            }
            tracing::warn!(%error, "not ready; logins have to wait");
            tokio::time::sleep(PROVIDER_RETRY_INTERVAL).await;
        }
    }

    async fn delete_expired_regularly(&self) {
        loop {
            match self.delete_expired().await {
                Ok(0) => {}
                Ok(swept) => tracing::debug!(swept, "ended sessions were deleted"),
                Err(error) => tracing::error!(%error, "failed to delete ended sessions"),
            }
            tokio::time::sleep(CLEANUP_INTERVAL).await;
        }
    }
}
