//! Work that blocks its thread.

use axum_auth0_core::store::StoreError;

/// Runs `work` on a thread for blocking work. It runs to its end even if the future is dropped.
pub(super) async fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        // It panicked, or the runtime shuts down.
        .unwrap_or_else(|error| Err(StoreError(format!("the SQLite task failed: {error}"))))
}
