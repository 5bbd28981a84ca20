//! Opens the file, updates its schema and restricts its permissions.

use std::{path::Path, time::Duration};

use axum_auth0_core::store::StoreError;
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::row::store_error;

/// Adds missing tables and indexes to an older file.
const SCHEMA: &str = include_str!("schema.sql");
/// Maximum number of read connections.
const MAX_READERS: u32 = 4;

const SCHEMA_VERSION: i64 = 2;

/// Opens the pool that writes and the pool that reads.
pub(super) async fn open(path: &Path) -> Result<(SqlitePool, SqlitePool), StoreError> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(|error| {
            StoreError(format!(
                "cannot create the folder {}: {error}",
                folder.display()
            ))
        })?;
    }
    create_for_owner(path);
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // A refreshed token must survive a power failure: the old one is no longer valid.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5));
    let writer = pool(1, options.clone(), path).await?;
    prepare_schema(&writer, path).await?;
    restrict_to_owner(path);
    let reader = pool(MAX_READERS, options.pragma("query_only", "ON"), path).await?;
    Ok((writer, reader))
}

async fn pool(
    connections: u32,
    options: SqliteConnectOptions,
    path: &Path,
) -> Result<SqlitePool, StoreError> {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(5))
        .connect_with(options)
        .await
        .map_err(|error| StoreError(format!("cannot open {}: {error}", path.display())))
}

async fn prepare_schema(pool: &SqlitePool, path: &Path) -> Result<(), StoreError> {
    let version: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(pool)
        .await
        .map_err(store_error)?;
    if version > SCHEMA_VERSION {
        return Err(StoreError(format!(
            "{} was written by a newer version (schema {version}, this version knows {SCHEMA_VERSION})",
            path.display()
        )));
    }
    sqlx::raw_sql(SCHEMA)
        .execute(pool)
        .await
        .map_err(store_error)?;
    Ok(())
}

/// Creates the file for its owner only: the times of logins are private. `SQLite` gives the files beside a new database the
/// permissions of the database, so these are set before `SQLite` opens it.
fn create_for_owner(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // If the file exists or cannot be created, opening it reports the error.
        let _ = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path);
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// Restricts existing files to their owner.
fn restrict_to_owner(path: &Path) {
    #[cfg(unix)]
    for suffix in ["", "-wal", "-shm"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mut file = path.as_os_str().to_owned();
        file.push(suffix);
        match std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "cannot restrict the session store to its owner");
            }
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}
