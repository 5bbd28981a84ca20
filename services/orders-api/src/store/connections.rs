//! The connections to the database, in memory or in a file.

use std::{
    fs,
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

use crate::{Database, StartError};

/// How long a statement waits for another connection's write, and a request for a connection.
const LEASE_TIMEOUT: Duration = Duration::from_secs(5);

/// The connections to one database; clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Connections {
    pub(crate) pool: SqlitePool,
    _memory: Option<Arc<SqliteConnection>>,
}

impl Connections {
    pub(crate) async fn open(database: &Database) -> Result<Self, StartError> {
        let options = SqliteConnectOptions::new()
            .foreign_keys(true)
            .create_if_missing(true)
            .busy_timeout(LEASE_TIMEOUT);
        let pool = SqlitePoolOptions::new().acquire_timeout(LEASE_TIMEOUT);
        match database {
            Database::Memory => {
                let options = in_memory(options);
                // A database in memory ends with its last connection, and the pool closes one whose request is cancelled
                // while it is handed out. This one is never handed out.
                let memory = options.connect().await?;
                Ok(Self {
                    pool: pool.max_connections(1).connect_with(options).await?,
                    _memory: Some(Arc::new(memory)),
                })
            }
            Database::File(path) => {
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder).map_err(StartError::Folder)?;
                }
                let options = options
                    .filename(path)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Normal);
                Ok(Self {
                    pool: pool.max_connections(4).connect_with(options).await?,
                    _memory: None,
                })
            }
        }
    }
}

/// A database of its own in memory that several connections can use. `SQLite`'s `memdb` shares what begins with a slash, and locks it
/// as a file: unlike with a shared cache, who comes second waits.
fn in_memory(options: SqliteConnectOptions) -> SqliteConnectOptions {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    options
        .filename(format!("/orders-api-{number}"))
        .vfs("memdb")
}
