//! A store in an `SQLite` file: the default.

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use sqlx::{
    Row as _, SqlitePool,
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
    },
};

use super::{LoginId, LoginRow, Store, StoreError, Swap};

const SCHEMA: &str = include_str!("schema.sql");
const SCHEMA_VERSION: i64 = 1;

/// Keeps everything in one `SQLite` file.
#[derive(Clone, Debug)]
pub struct SqliteStore(SqlitePool);

impl SqliteStore {
    /// Opens the file at `path`, and makes it and its folder where they are missing.
    ///
    /// # Errors
    ///
    /// Where the file cannot be opened, is no `SQLite` database, or was written by a newer version.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
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
        let pool = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options)
            .await
            .map_err(|error| StoreError(format!("cannot open {}: {error}", path.display())))?;
        let store = Self(pool);
        store.prepare_schema(path).await?;
        restrict_to_owner(path);
        Ok(store)
    }

    async fn prepare_schema(&self, path: &Path) -> Result<(), StoreError> {
        let version: i64 = sqlx::query_scalar("PRAGMA user_version")
            .fetch_one(&self.0)
            .await
            .map_err(failed)?;
        if version > SCHEMA_VERSION {
            return Err(StoreError(format!(
                "{} was written by a newer version (schema {version}, this version knows {SCHEMA_VERSION})",
                path.display()
            )));
        }
        sqlx::raw_sql(SCHEMA)
            .execute(&self.0)
            .await
            .map_err(failed)?;
        Ok(())
    }
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

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err wants"
)]
fn failed(error: sqlx::Error) -> StoreError {
    StoreError(error.to_string())
}

fn login(row: &SqliteRow) -> Result<LoginRow, StoreError> {
    let read = || -> Result<LoginRow, sqlx::Error> {
        let id: Vec<u8> = row.try_get("id")?;
        Ok(LoginRow {
            id: LoginId(
                id.try_into()
                    .map_err(|_| sqlx::Error::Decode("a login's id has 16 bytes".into()))?,
            ),
            subject: row.try_get("subject")?,
            provider_session: row.try_get("provider_session")?,
            created_at: row.try_get("created_at")?,
            last_seen_at: row.try_get("last_seen_at")?,
            expires_at: row.try_get("expires_at")?,
            version: row.try_get("version")?,
            tokens: row.try_get("tokens")?,
        })
    };
    read().map_err(failed)
}

#[async_trait]
impl Store for SqliteStore {
    async fn create_login(&self, row: LoginRow) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO logins VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(&row.id.0[..])
            .bind(row.subject)
            .bind(row.provider_session)
            .bind(row.created_at)
            .bind(row.last_seen_at)
            .bind(row.expires_at)
            .bind(row.version)
            .bind(row.tokens)
            .execute(&self.0)
            .await
            .map_err(failed)?;
        Ok(())
    }

    async fn load_login(&self, id: &LoginId) -> Result<Option<LoginRow>, StoreError> {
        sqlx::query("SELECT * FROM logins WHERE id = ?")
            .bind(&id.0[..])
            .fetch_optional(&self.0)
            .await
            .map_err(failed)?
            .as_ref()
            .map(login)
            .transpose()
    }

    async fn touch_login(&self, id: &LoginId, now: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE logins SET last_seen_at = max(last_seen_at, ?) WHERE id = ?")
            .bind(now)
            .bind(&id.0[..])
            .execute(&self.0)
            .await
            .map_err(failed)?;
        Ok(())
    }

    async fn swap_tokens(
        &self,
        id: &LoginId,
        expected: i64,
        tokens: Vec<u8>,
    ) -> Result<Swap, StoreError> {
        let done = sqlx::query(
            "UPDATE logins SET tokens = ?, version = version + 1 WHERE id = ? AND version = ?",
        )
        .bind(tokens)
        .bind(&id.0[..])
        .bind(expected)
        .execute(&self.0)
        .await
        .map_err(failed)?;
        if done.rows_affected() == 1 {
            return Ok(Swap::Done);
        }
        Ok(if self.load_login(id).await?.is_some() {
            Swap::Conflict
        } else {
            Swap::Gone
        })
    }

    async fn delete_login(&self, id: &LoginId) -> Result<Option<LoginRow>, StoreError> {
        sqlx::query("DELETE FROM logins WHERE id = ? RETURNING *")
            .bind(&id.0[..])
            .fetch_optional(&self.0)
            .await
            .map_err(failed)?
            .as_ref()
            .map(login)
            .transpose()
    }

    async fn create_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query("INSERT INTO records VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
            .bind(&key[..])
            .bind(record)
            .bind(expires_at)
            .execute(&self.0)
            .await
            .map_err(failed)?;
        Ok(done.rows_affected() == 1)
    }

    async fn update_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE records SET record = ?, expires_at = ? WHERE key = ?")
            .bind(record)
            .bind(expires_at)
            .bind(&key[..])
            .execute(&self.0)
            .await
            .map_err(failed)?;
        Ok(done.rows_affected() == 1)
    }

    async fn load_record(&self, key: &[u8; 32], now: i64) -> Result<Option<Vec<u8>>, StoreError> {
        sqlx::query_scalar("SELECT record FROM records WHERE key = ? AND expires_at > ?")
            .bind(&key[..])
            .bind(now)
            .fetch_optional(&self.0)
            .await
            .map_err(failed)
    }

    async fn delete_record(&self, key: &[u8; 32]) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM records WHERE key = ?")
            .bind(&key[..])
            .execute(&self.0)
            .await
            .map_err(failed)?;
        Ok(())
    }

    async fn consume_transaction(
        &self,
        key: &[u8; 32],
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query("INSERT INTO transactions VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(&key[..])
            .bind(expires_at)
            .execute(&self.0)
            .await
            .map_err(failed)?;
        Ok(done.rows_affected() == 1)
    }

    async fn sweep(&self, now: i64, idle_before: i64, limit: u32) -> Result<u64, StoreError> {
        let logins = sqlx::query(
            "DELETE FROM logins WHERE id IN \
             (SELECT id FROM logins WHERE expires_at <= ? OR last_seen_at <= ? LIMIT ?)",
        )
        .bind(now)
        .bind(idle_before)
        .bind(limit);
        let records =
            sqlx::query("DELETE FROM records WHERE key IN (SELECT key FROM records WHERE expires_at <= ? LIMIT ?)")
                .bind(now)
                .bind(limit);
        let transactions = sqlx::query(
            "DELETE FROM transactions WHERE key IN (SELECT key FROM transactions WHERE expires_at <= ? LIMIT ?)",
        )
        .bind(now)
        .bind(limit);
        let mut swept = 0;
        for statement in [logins, records, transactions] {
            swept += statement
                .execute(&self.0)
                .await
                .map_err(failed)?
                .rows_affected();
        }
        Ok(swept)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1")
            .execute(&self.0)
            .await
            .map_err(failed)?;
        Ok(())
    }
}
