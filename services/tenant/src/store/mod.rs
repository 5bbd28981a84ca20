//! The tenant's database. Each file contains the queries of one table or of a few related tables.

pub(crate) mod api_access_tokens;
pub(crate) mod apis;
pub(crate) mod applications;
pub(crate) mod authorization_request;
pub(crate) mod backchannel_requests;
pub(crate) mod bindings;
pub(crate) mod client_assertions;
pub(crate) mod codes;
pub(crate) mod grant_details;
pub(crate) mod grants;
mod json;
pub(crate) mod logins;
pub(crate) mod organizations;
mod password;
pub(crate) mod pushed_requests;
pub(crate) mod second_factor_enrollments;
pub(crate) mod second_factors;
pub(crate) mod session_transfer_tokens;
pub(crate) mod sessions;
pub(crate) mod signing_keys;
pub(crate) mod tokens;
pub(crate) mod users;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sqlx::{
    ConnectOptions as _, Sqlite, SqliteConnection, SqlitePool, Transaction,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{error::OpenError, settings::Database};

/// The version of `schema.sql`. [`Store::open`] rejects a database of another version.
const SCHEMA_VERSION: i64 = 1;

/// The database; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pool: SqlitePool,
    /// Keeps a database in memory alive.
    _memory: Option<Arc<SqliteConnection>>,
}

impl Store {
    /// Opens the database, or creates it if it does not exist.
    pub(crate) async fn open(database: &Database) -> Result<Self, OpenError> {
        let options = SqliteConnectOptions::new()
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let options = match database {
            Database::Memory => in_memory(options),
            Database::File(path) => {
                prepare_file(path)?;
                options
                    .filename(path)
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Normal)
            }
        };
        // A database in memory is deleted with its last connection, and the pool closes a connection if a request is cancelled
        // while it acquires one. This connection is not part of the pool.
        let memory = match database {
            Database::Memory => Some(Arc::new(options.connect().await?)),
            Database::File(_) => None,
        };
        // A single connection serializes all transactions.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options)
            .await?;
        let store = Self {
            pool,
            _memory: memory,
        };
        store.create_schema().await?;
        Ok(store)
    }

    /// Acquires the connection, for a read.
    pub(crate) async fn connection(&self) -> Result<PoolConnection<Sqlite>, sqlx::Error> {
        self.pool.acquire().await
    }

    /// Begins a transaction that holds the write lock from its start, so that its reads remain valid until it writes.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.pool.begin_with("BEGIN IMMEDIATE").await
    }

    /// Deletes expired rows.
    pub(crate) async fn delete_expired(&self, now: i64) -> Result<(), sqlx::Error> {
        let mut transaction = self.begin().await?;
        for statement in [
            // Kept for a while, so that a client hears that they have expired.
            "DELETE FROM backchannel_requests WHERE expires_at <= ?1 - 600",
            "DELETE FROM session_transfer_tokens WHERE expires_at <= ?1",
            "DELETE FROM pushed_requests WHERE expires_at <= ?1",
            "DELETE FROM client_assertions WHERE expires_at <= ?1",
            "DELETE FROM login_transactions WHERE expires_at <= ?1",
            "DELETE FROM sso_sessions WHERE expires_at <= ?1 OR idle_until <= ?1",
            "DELETE FROM access_tokens WHERE expires_at <= ?1",
            "DELETE FROM api_access_tokens WHERE expires_at <= ?1",
            "DELETE FROM bound_keys WHERE expires_at <= ?1",
            "DELETE FROM bound_certificates WHERE expires_at <= ?1",
            "DELETE FROM refresh_tokens WHERE idle_until <= ?1",
            // Used codes and consumed tokens remain until their grant is deleted, so that reuse is detected until then.
            "DELETE FROM grants WHERE expires_at <= ?1",
        ] {
            sqlx::query(statement)
                .bind(now)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await
    }

    async fn create_schema(&self) -> Result<(), OpenError> {
        let mut transaction = self.begin().await?;
        let version: i64 = sqlx::query_scalar("PRAGMA user_version")
            .fetch_one(&mut *transaction)
            .await?;
        if version != 0 && version != SCHEMA_VERSION {
            return Err(OpenError::SchemaVersion);
        }
        let connection: &mut SqliteConnection = &mut transaction;
        sqlx::raw_sql(include_str!("schema.sql"))
            .execute(connection)
            .await?;
        sqlx::query("PRAGMA user_version = 1")
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Returns the options of a new database in memory. `SQLite`'s VFS `memdb` shares a name that starts with a slash between
/// connections and locks it like a file: unlike with a shared cache, the second connection waits.
fn in_memory(options: SqliteConnectOptions) -> SqliteConnectOptions {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    options
        .filename(format!("/tenant-{number}"))
        .vfs("memdb")
        .create_if_missing(true)
}

/// Creates the folder and the file. The file contains private keys, so only its owner can read it.
fn prepare_file(path: &Path) -> Result<(), OpenError> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(OpenError::File)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(OpenError::File)?;
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
