//! Errors of sqlx as errors of a store. No password and no value of a statement is in them.

use axum_auth0_core::store::StoreError;
use sqlx::Error;

pub(super) fn store_error(error: &Error) -> StoreError {
    StoreError(match error {
        // Only the message: the detail of a constraint repeats values.
        Error::Database(error) => match error.code() {
            Some(code) => format!("{} (PostgreSQL code {code})", error.message()),
            None => error.message().to_owned(),
        },
        Error::PoolTimedOut => "timed out while waiting for a connection to PostgreSQL".to_owned(),
        Error::Io(error) => format!("no connection to PostgreSQL: {error}"),
        Error::Tls(error) => format!("no TLS connection to PostgreSQL: {error}"),
        // The source may repeat the URL.
        Error::Configuration(_) => "the URL of the PostgreSQL store is not valid".to_owned(),
        error => error.to_string(),
    })
}

/// Returns whether the connection was lost, so that the outcome of a statement is unknown.
pub(super) fn is_connection_lost(error: &Error) -> bool {
    match error {
        Error::Io(_) | Error::Protocol(_) | Error::WorkerCrashed => true,
        // The server shuts down (57P01 to 57P03).
        Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}
