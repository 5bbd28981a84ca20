//! Writes to the store that no request depends on: when a session was used, and that one has ended.
//!
//! A store that can be read and not written (a locked `SQLite` file, a full disk) must neither fail a request nor hold it
//! up, nor may the writes that wait take all connections away from the reads.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{sync::Semaphore, time::timeout};
use tracing::Instrument as _;

use crate::stores::StoreError;

/// How long a request waits for such a write.
const TIMEOUT: Duration = Duration::from_millis(250);

/// How many of them the store sees at once.
const MAX_CONCURRENT: usize = 2;

/// Runs the writes. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Bookkeeping(Arc<Semaphore>);

impl Default for Bookkeeping {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MAX_CONCURRENT)))
    }
}

impl Bookkeeping {
    /// Waits for `write` for a moment; afterwards it goes on in its task. A failure is logged.
    pub(super) async fn write(
        &self,
        what: &'static str,
        write: impl Future<Output = Result<(), StoreError>> + Send + 'static,
    ) {
        let permits = Arc::clone(&self.0);
        let attempt = async {
            // The semaphore is never closed.
            let Ok(permit) = permits.acquire_owned().await else {
                return;
            };
            let task = async move {
                if let Err(error) = write.await {
                    tracing::warn!(what, %error, "session bookkeeping failed");
                }
                drop(permit);
            };
            // A panic is reported by the runtime.
            let _ = tokio::spawn(task.in_current_span()).await;
        };
        if timeout(TIMEOUT, attempt).await.is_err() {
            tracing::warn!(
                what,
                "session bookkeeping takes long; the request does not wait for it"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_request_waits_for_a_moment_only() {
        let bookkeeping = Bookkeeping::default();
        for _ in 0..2 * MAX_CONCURRENT {
            let begin = Instant::now();
            bookkeeping.write("test", pending()).await;
            assert_eq!(begin.elapsed(), TIMEOUT);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_no_reason_to_wait() {
        let begin = Instant::now();
        let failed = async { Err(StoreError("locked".to_owned())) };
        Bookkeeping::default().write("test", failed).await;
        assert_eq!(begin.elapsed(), Duration::ZERO);
    }
}
