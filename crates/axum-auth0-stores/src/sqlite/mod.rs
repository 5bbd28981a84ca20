//! A store in an `SQLite` file: the default.

mod file;
mod row;

use std::path::Path;

use async_trait::async_trait;
use axum_auth0_core::store::{
    CasOutcome, LeaseHolder, LeaseOutcome, LoginId, LoginRecord, LoginState, Store, StoreError,
};
use sqlx::SqlitePool;

use self::row::{login_record, store_error};

/// Stores everything in one `SQLite` file.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    /// One connection: the file takes one writer at a time.
    writer: SqlitePool,
    /// Reads do not wait for writes, including those of another program that locks the file.
    reader: SqlitePool,
}

impl SqliteStore {
    /// Opens the file at `path`. Creates the file and its folder if they do not exist.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the file cannot be opened, is not an `SQLite` database, or has the schema of a newer version.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let (writer, reader) = file::open(path).await?;
        Ok(Self { writer, reader })
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn create_login(&self, row: LoginRecord) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO logins VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(row.id.as_bytes())
            .bind(row.subject)
            .bind(row.provider_session)
            .bind(row.created_at)
            .bind(row.last_seen_at)
            .bind(row.expires_at)
            .bind(row.version)
            .bind(row.tokens)
            .execute(&self.writer)
            .await
            .map_err(store_error)?;
        Ok(())
    }

    async fn load_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError> {
        sqlx::query("SELECT * FROM logins WHERE id = ?")
            .bind(id.as_bytes())
            .fetch_optional(&self.reader)
            .await
            .map_err(store_error)?
            .as_ref()
            .map(login_record)
            .transpose()
    }

    async fn mark_used(&self, id: &LoginId, now: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE logins SET last_seen_at = max(last_seen_at, ?) WHERE id = ?")
            .bind(now)
            .bind(id.as_bytes())
            .execute(&self.writer)
            .await
            .map_err(store_error)?;
        Ok(())
    }

    async fn lease_login(
        &self,
        id: &LoginId,
        holder: &LeaseHolder,
        now: i64,
        until: i64,
    ) -> Result<LeaseOutcome, StoreError> {
        let mut transaction = self
            .writer
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(store_error)?;
        let before: Option<(Option<Vec<u8>>, Option<i64>)> = sqlx::query_as(
            "SELECT holder, until FROM logins LEFT JOIN leases ON login = id WHERE id = ?",
        )
        .bind(id.as_bytes())
        .fetch_optional(&mut *transaction)
        .await
        .map_err(store_error)?;
        let lease = match before {
            None => return Ok(LeaseOutcome::LoginMissing),
            Some((Some(other), Some(end))) if other != holder[..] => {
                if end > now {
                    return Ok(LeaseOutcome::HeldElsewhere);
                }
                LeaseOutcome::Acquired { abandoned: true }
            }
            Some(_) => LeaseOutcome::Acquired { abandoned: false },
        };
        sqlx::query("INSERT OR REPLACE INTO leases VALUES (?, ?, ?)")
            .bind(id.as_bytes())
            .bind(&holder[..])
            .bind(until)
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
        transaction.commit().await.map_err(store_error)?;
        Ok(lease)
    }

    async fn end_lease(&self, id: &LoginId, holder: &LeaseHolder) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM leases WHERE login = ? AND holder = ?")
            .bind(id.as_bytes())
            .bind(&holder[..])
            .execute(&self.writer)
            .await
            .map_err(store_error)?;
        Ok(())
    }

    async fn swap_tokens(
        &self,
        id: &LoginId,
        expected: i64,
        tokens: Vec<u8>,
    ) -> Result<CasOutcome, StoreError> {
        let result = sqlx::query(
            "UPDATE logins SET tokens = ?, version = version + 1 WHERE id = ? AND version = ?",
        )
        .bind(tokens)
        .bind(id.as_bytes())
        .bind(expected)
        .execute(&self.writer)
        .await
        .map_err(store_error)?;
        if result.rows_affected() == 1 {
            return Ok(CasOutcome::Swapped);
        }
        Ok(if self.load_login(id).await?.is_some() {
            CasOutcome::Conflict
        } else {
            CasOutcome::Missing
        })
    }

    async fn delete_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError> {
        // Not `fetch_optional`: it returns at the first row, before SQLite commits, and drops an error of the commit.
        sqlx::query("DELETE FROM logins WHERE id = ? RETURNING *")
            .bind(id.as_bytes())
            .fetch_all(&self.writer)
            .await
            .map_err(store_error)?
            .first()
            .map(login_record)
            .transpose()
    }

    async fn create_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let result = sqlx::query("INSERT INTO records VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
            .bind(&key[..])
            .bind(record)
            .bind(expires_at)
            .execute(&self.writer)
            .await
            .map_err(store_error)?;
        Ok(result.rows_affected() == 1)
    }

    async fn update_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let result = sqlx::query("UPDATE records SET record = ?, expires_at = ? WHERE key = ?")
            .bind(record)
            .bind(expires_at)
            .bind(&key[..])
            .execute(&self.writer)
            .await
            .map_err(store_error)?;
        Ok(result.rows_affected() == 1)
    }

    async fn load_record(&self, key: &[u8; 32], now: i64) -> Result<Option<Vec<u8>>, StoreError> {
        sqlx::query_scalar("SELECT record FROM records WHERE key = ? AND expires_at > ?")
            .bind(&key[..])
            .bind(now)
            .fetch_optional(&self.reader)
            .await
            .map_err(store_error)
    }

    async fn check_session(
        &self,
        key: &[u8; 32],
        login: &LoginId,
        now: i64,
    ) -> Result<Option<LoginState>, StoreError> {
        let state: Option<(i64, i64, i64)> = sqlx::query_as(
            "SELECT version, last_seen_at, expires_at FROM logins WHERE id = ? \
             AND EXISTS (SELECT 1 FROM records WHERE key = ? AND expires_at > ?)",
        )
        .bind(login.as_bytes())
        .bind(&key[..])
        .bind(now)
        .fetch_optional(&self.reader)
        .await
        .map_err(store_error)?;
        Ok(state.map(|(version, last_seen_at, expires_at)| LoginState {
            version,
            last_seen_at,
            expires_at,
        }))
    }

    async fn delete_record(&self, key: &[u8; 32]) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM records WHERE key = ?")
            .bind(&key[..])
            .execute(&self.writer)
            .await
            .map_err(store_error)?;
        Ok(())
    }

    async fn consume_transaction(
        &self,
        key: &[u8; 32],
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let result = sqlx::query("INSERT INTO transactions VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(&key[..])
            .bind(expires_at)
            .execute(&self.writer)
            .await
            .map_err(store_error)?;
        Ok(result.rows_affected() == 1)
    }

    async fn has_login_since(&self, subject: &str, since: i64) -> Result<bool, StoreError> {
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM logins WHERE subject = ? AND created_at >= ?)",
        )
        .bind(subject)
        .bind(since)
        .fetch_one(&self.reader)
        .await
        .map_err(store_error)
    }

    async fn delete_expired(
        &self,
        now: i64,
        idle_before: i64,
        limit: u32,
    ) -> Result<u64, StoreError> {
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
        let mut deleted = 0;
        for statement in [logins, records, transactions] {
            deleted += statement
                .execute(&self.writer)
                .await
                .map_err(store_error)?
                .rows_affected();
        }
        Ok(deleted)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1")
            .execute(&self.reader)
            .await
            .map_err(store_error)?;
        Ok(())
    }
}
