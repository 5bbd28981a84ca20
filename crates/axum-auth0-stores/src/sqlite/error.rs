//! Errors of `SQLite` as errors of a store.

use axum_auth0_core::store::StoreError;
use rusqlite::{Error, ErrorCode};

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature that map_err needs"
)]
pub(super) fn store_error(error: Error) -> StoreError {
    // The extended code distinguishes errors with the same text, such as those of input and output.
    StoreError(match error.sqlite_error() {
        Some(code) => format!("{error} (SQLite code {})", code.extended_code),
        None => error.to_string(),
    })
}

/// Returns whether another connection has a lock that the statement needs.
pub(super) fn is_busy(error: &Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}
