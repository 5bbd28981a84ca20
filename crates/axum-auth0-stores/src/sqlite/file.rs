//! The file: opened, brought to today's schema, and kept from others.

use std::{path::Path, time::Duration};

use axum_auth0_core::store::StoreError;
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::failed;

/// Adds what is missing, so that an older file becomes one of today.
const SCHEMA: &str = include_str!("schema.sql");
/// Connections that read at the same time.
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
                "cannot make the folder {}: {error}",
                folder.display()
            ))
        })?;
    }
    make_for_owner(path);
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // A refreshed token must survive a power failure too: the old one is worthless by then.
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
        .map_err(failed)?;
    if version > SCHEMA_VERSION {
        return Err(StoreError(format!(
            "{} was written by a newer version (schema {version}, this version knows {SCHEMA_VERSION})",
            path.display()
        )));
    }
    sqlx::raw_sql(SCHEMA).execute(pool).await.map_err(failed)?;
    Ok(())
}

/// The rows are sealed, but who logged in when is nobody else's business either. `SQLite` gives the files that it puts
/// beside a new database the database's own permissions, so these must be right from the beginning.
fn make_for_owner(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Where the file is there already, or cannot be made, it is left to SQLite to say what is wrong.
        let _ = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path);
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// The same for files that were there before.
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
