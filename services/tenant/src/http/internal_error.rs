//! Failures that are not the client's fault.

use crate::keys::SignError;

/// A failure of the tenant. The response does not contain its cause; [`InternalError::log`] writes it to the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InternalError {
    #[error("a database operation failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Sign(#[from] SignError),
}

impl InternalError {
    /// Logs the error. The conversion into a response calls this once.
    pub(crate) fn log(&self) {
        tracing::error!(error = %self, "request failed with an internal error");
    }
}
