//! Connections to an `SQLite` database, in memory or in a file.

use std::{
    convert::Infallible,
    fs,
    ops::Deref,
    path::PathBuf,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sqlx::{
    ConnectOptions as _, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::start_error::StartError;

/// How long a statement waits for another connection's write, and a request for a connection.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Where an API stores its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// In memory, until the program ends.
    Memory,
    /// In an `SQLite` file. The file and its folder are created if they do not exist.
    File(PathBuf),
}

impl FromStr for Database {
    type Err = Infallible;

    /// Parses `:memory:` or the path of a file.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            ":memory:" => Self::Memory,
            path => Self::File(path.into()),
        })
    }
}

/// A pool of connections to one database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ConnectionPool {
    pool: SqlitePool,
    _memory: Option<Arc<SqliteConnection>>,
}

impl ConnectionPool {
    /// Opens a database and executes `schema` on it.
    ///
    /// # Errors
    /// [`StartError`] if the folder cannot be created or the database cannot be opened.
    pub async fn open(database: &Database, schema: &'static str) -> Result<Self, StartError> {
        let options = SqliteConnectOptions::new()
            .foreign_keys(true)
            .create_if_missing(true)
            .busy_timeout(BUSY_TIMEOUT);
        let pool = SqlitePoolOptions::new().acquire_timeout(BUSY_TIMEOUT);
        let opened = match database {
            Database::Memory => {
                let options = in_memory(options);
                // A database in memory ends with its last connection, and the pool closes a connection if the request is
                // cancelled while it acquires one. This connection is never handed out.
                let memory = options.connect().await?;
                Self {
                    pool: pool.max_connections(1).connect_with(options).await?,
                    _memory: Some(Arc::new(memory)),
                }
            }
            Database::File(path) => {
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder).map_err(StartError::Folder)?;
                }
                let options = options
                    .filename(path)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Normal);
                Self {
                    pool: pool.max_connections(4).connect_with(options).await?,
                    _memory: None,
                }
            }
        };
        sqlx::raw_sql(schema).execute(&opened.pool).await?;
        Ok(opened)
    }
}

impl Deref for ConnectionPool {
    type Target = SqlitePool;

    fn deref(&self) -> &SqlitePool {
        &self.pool
    }
}

/// Options for a new database in memory that several connections can use. `SQLite`'s `memdb` shares a database whose name
/// begins with a slash, and locks it like a file: unlike with a shared cache, a second writer waits.
fn in_memory(options: SqliteConnectOptions) -> SqliteConnectOptions {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    options.filename(format!("/api-{number}")).vfs("memdb")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
