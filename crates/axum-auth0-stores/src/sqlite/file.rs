//! Opens the file, updates its schema and restricts its permissions.

use std::{path::Path, time::Duration};

use axum_auth0_core::store::StoreError;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::error::store_error;

/// How long a statement waits for a lock of another connection.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Number of read connections.
const READERS: usize = 4;
/// More than the statements of this crate.
const CACHED_STATEMENTS: usize = 32;

/// Adds missing tables and indexes to an older file.
const SCHEMA: &str = include_str!("schema.sql");

const SCHEMA_VERSION: i64 = 3;

/// Changes a table of schema version 1 or 2.
const COLUMNS_OF_VERSION_3: &str = "
    ALTER TABLE logins ADD COLUMN issuer TEXT NOT NULL DEFAULT '';
    ALTER TABLE logins ADD COLUMN details BLOB NOT NULL DEFAULT x'';
";

/// Opens the connection that writes and those that read.
pub(super) fn open(path: &Path) -> Result<(Connection, Vec<Connection>), StoreError> {
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
    // SQLite gives a special meaning to some relative paths: `:memory:`, and those that begin with `file:`.
    let absolute = std::path::absolute(path)
        .map_err(|error| StoreError(format!("cannot open {}: {error}", path.display())))?;
    let failed = |error: rusqlite::Error| {
        StoreError(format!(
            "cannot open {}: {}",
            path.display(),
            store_error(error)
        ))
    };
    let mut writer = open_writer(&absolute).map_err(failed)?;
    prepare_schema(&mut writer, path)?;
    restrict_to_owner(path);
    let readers = (0..READERS)
        .map(|_| open_reader(&absolute))
        .collect::<rusqlite::Result<_>>();
    Ok((writer, readers.map_err(failed)?))
}

fn open_writer(path: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_CREATE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A refreshed token must survive a power failure: the old one is no longer valid.
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(path, OpenFlags::empty())?;
    connection.pragma_update(None, "query_only", true)?;
    // Reads the schema now, not on the thread of the first request.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    connection.busy_timeout(Duration::ZERO)?;
    Ok(connection)
}

fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let flags = flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    Ok(connection)
}

fn prepare_schema(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    // A transaction that writes waits for the disk.
    if schema_version(connection)? == SCHEMA_VERSION {
        return Ok(());
    }
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(store_error)?;
    // Another process may have started at the same time.
    let version = schema_version(&transaction)?;
    if version > SCHEMA_VERSION {
        return Err(StoreError(format!(
            "{} was written by a newer version (schema {version}, this version knows {SCHEMA_VERSION})",
            path.display()
        )));
    }
    if matches!(version, 1 | 2) {
        transaction
            .execute_batch(COLUMNS_OF_VERSION_3)
            .map_err(store_error)?;
    }
    transaction.execute_batch(SCHEMA).map_err(store_error)?;
    transaction.commit().map_err(store_error)
}

fn schema_version(connection: &Connection) -> Result<i64, StoreError> {
    connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(store_error)
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
