//! The tenant's state in `SQLite`: one file per kind of thing that is remembered.

pub(crate) mod codes;
pub(crate) mod grants;
pub(crate) mod registry;
pub(crate) mod sessions;
pub(crate) mod signing_keys;
pub(crate) mod tokens;
pub(crate) mod transactions;
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

/// The version of `schema.sql`. A database of another version is not touched.
const SCHEMA_VERSION: i64 = 1;

/// The database.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pool: SqlitePool,
    _memory: Option<Arc<SqliteConnection>>,
}

impl Store {
    /// Opens or makes the database.
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
        // A database in memory ends with its last connection, and the pool closes one whose request is cancelled while it is
        // handed out. This one is never handed out.
        let memory = match database {
            Database::Memory => Some(Arc::new(options.connect().await?)),
            Database::File(_) => None,
        };
        // One connection makes every transaction serial.
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

    /// The connection, for one read.
    pub(crate) async fn connection(&self) -> Result<PoolConnection<Sqlite>, sqlx::Error> {
        self.pool.acquire().await
    }

    /// A transaction that holds the write lock from its start, so that what it reads stays true until it writes.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.pool.begin_with("BEGIN IMMEDIATE").await
    }

    /// Deletes what has expired.
    pub(crate) async fn sweep(&self, now: i64) -> Result<(), sqlx::Error> {
        let mut transaction = self.begin().await?;
        for statement in [
            "DELETE FROM pushed_requests WHERE expires_at <= ?1",
            "DELETE FROM login_transactions WHERE expires_at <= ?1",
            "DELETE FROM sso_sessions WHERE expires_at <= ?1 OR idle_until <= ?1",
            "DELETE FROM access_tokens WHERE expires_at <= ?1",
            "DELETE FROM refresh_tokens WHERE idle_until <= ?1",
            // Used codes and consumed tokens stay as long as their grant: their reuse must be noticed until then.
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
            return Err(OpenError::OtherVersion);
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

/// A database of its own in memory that two connections can use. `SQLite`'s `memdb` shares what begins with a slash, and locks it as a
/// file: unlike with a shared cache, who comes second waits.
fn in_memory(options: SqliteConnectOptions) -> SqliteConnectOptions {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    options
        .filename(format!("/tenant-{number}"))
        .vfs("memdb")
        .create_if_missing(true)
}

/// Makes the folder and the file; the file holds private keys, so only its owner may read it.
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
