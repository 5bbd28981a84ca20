//! Writes to the store that no request depends on: the time of a session's last use, and the end of a session.
//!
//! A store that can be read but not written (a locked `SQLite` file, a full disk) must not fail or delay requests, and
//! pending writes must not use up the connections that reads need.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{sync::Semaphore, time::timeout};
use tracing::Instrument as _;

use crate::store::StoreError;

/// How long a request waits for such a write.
const WRITE_TIMEOUT: Duration = Duration::from_millis(250);

/// Maximum number of concurrent writes.
const MAX_CONCURRENT_WRITES: usize = 2;

/// Runs the writes. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct BestEffortWriter(Arc<Semaphore>);

impl Default for BestEffortWriter {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MAX_CONCURRENT_WRITES)))
    }
}

impl BestEffortWriter {
    /// Waits briefly for `write`, which then continues in its own task. Logs a failure of `operation`. Returns whether the
    /// write has succeeded.
    pub(super) async fn write(
        &self,
        operation: &'static str,
        write: impl Future<Output = Result<(), StoreError>> + Send + 'static,
    ) -> bool {
        let permits = Arc::clone(&self.0);
        let attempt = async {
            // The semaphore is never closed.
            let Ok(permit) = permits.acquire_owned().await else {
                return false;
            };
            let task = async move {
                let result = write.await;
                if let Err(error) = &result {
                    tracing::warn!(operation, %error, "session write failed");
                }
                drop(permit);
                result.is_ok()
            };
            // The runtime reports a panic.
            tokio::spawn(task.in_current_span()).await.unwrap_or(false)
        };
        timeout(WRITE_TIMEOUT, attempt).await.unwrap_or_else(|_| {
            tracing::warn!(
                operation,
                "session write is slow; the request continues without it"
            );
            false
        })
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_request_waits_until_the_timeout_at_most() {
        let writer = BestEffortWriter::default();
        for _ in 0..2 * MAX_CONCURRENT_WRITES {
            let start = Instant::now();
            assert!(!writer.write("test", pending()).await);
            assert_eq!(start.elapsed(), WRITE_TIMEOUT);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_does_not_wait_after_a_failure() {
        let start = Instant::now();
        let failure = async { Err(StoreError("locked".to_owned())) };
        assert!(!BestEffortWriter::default().write("test", failure).await);
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}
