//! A store in an `SQLite` file: the default.

mod changes;
mod error;
mod file;
mod queries;
mod read_pool;
mod task;
#[cfg(test)]
mod tests;
mod writer;

use std::path::Path;

use async_trait::async_trait;
use axum_auth0_core::store::{
    CasOutcome, LeaseHolder, LeaseOutcome, LoginFilter, LoginId, LoginRecord, LoginState, Store,
    StoreError,
};

use self::{read_pool::ReadPool, writer::Writer};

/// Stores everything in one `SQLite` file.
///
/// Lookups run on the calling thread, everything else on the threads that the Tokio runtime has for blocking work.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    /// Reads do not wait for writes, including those of another program that locks the file.
    readers: ReadPool,
    /// One connection: the file takes one writer at a time.
    writer: Writer,
}

impl SqliteStore {
    /// Opens the file at `path`. Creates the file and its folder if they do not exist.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the file cannot be opened, is not an `SQLite` database, or has the schema of a newer version.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let path = path.to_owned();
        let (writer, readers) = task::run(move || file::open(&path)).await?;
        Ok(Self {
            readers: ReadPool::new(readers),
            writer: Writer::new(writer),
        })
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn create_login(&self, row: LoginRecord) -> Result<(), StoreError> {
        let change = move |db: &mut _| changes::create_login(db, &row);
        self.writer.write(change).await
    }

    async fn load_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError> {
        let id = *id;
        self.readers
            .lookup(move |db| queries::load_login(db, &id))
            .await
    }

    async fn mark_used(&self, id: &LoginId, now: i64) -> Result<(), StoreError> {
        let id = *id;
        self.writer
            .write(move |db| changes::mark_used(db, &id, now))
            .await
    }

    async fn lease_login(
        &self,
        id: &LoginId,
        holder: &LeaseHolder,
        now: i64,
        until: i64,
    ) -> Result<LeaseOutcome, StoreError> {
        let (id, holder) = (*id, *holder);
        self.writer
            .write(move |db| changes::lease_login(db, &id, &holder, now, until))
            .await
    }

    async fn end_lease(&self, id: &LoginId, holder: &LeaseHolder) -> Result<(), StoreError> {
        let (id, holder) = (*id, *holder);
        self.writer
            .write(move |db| changes::end_lease(db, &id, &holder))
            .await
    }

    async fn swap_tokens(
        &self,
        id: &LoginId,
        expected: i64,
        tokens: Vec<u8>,
    ) -> Result<CasOutcome, StoreError> {
        let id = *id;
        self.writer
            .write(move |db| changes::swap_tokens(db, &id, expected, &tokens))
            .await
    }

    async fn delete_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError> {
        let id = *id;
        self.writer
            .write(move |db| changes::delete_login(db, &id))
            .await
    }

    async fn create_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let key = *key;
        self.writer
            .write(move |db| changes::create_record(db, &key, &record, expires_at))
            .await
    }

    async fn update_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let key = *key;
        self.writer
            .write(move |db| changes::update_record(db, &key, &record, expires_at))
            .await
    }

    async fn load_record(&self, key: &[u8; 32], now: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let key = *key;
        self.readers
            .lookup(move |db| queries::load_record(db, &key, now))
            .await
    }

    async fn check_session(
        &self,
        key: &[u8; 32],
        login: &LoginId,
        now: i64,
    ) -> Result<Option<LoginState>, StoreError> {
        let (key, login) = (*key, *login);
        self.readers
            .lookup(move |db| queries::check_session(db, &key, &login, now))
            .await
    }

    async fn delete_record(&self, key: &[u8; 32]) -> Result<(), StoreError> {
        let key = *key;
        self.writer
            .write(move |db| changes::delete_record(db, &key))
            .await
    }

    async fn consume_transaction(
        &self,
        key: &[u8; 32],
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let key = *key;
        self.writer
            .write(move |db| changes::consume_transaction(db, &key, expires_at))
            .await
    }

    async fn find_logins(
        &self,
        filter: LoginFilter<'_>,
        limit: u32,
    ) -> Result<Vec<LoginRecord>, StoreError> {
        self.readers.scan(queries::find_logins(filter, limit)).await
    }

    async fn delete_expired(
        &self,
        now: i64,
        idle_before: i64,
        limit: u32,
    ) -> Result<u64, StoreError> {
        // One at a time, so that other writes run in between.
        let logins = self
            .writer
            .write(move |db| changes::delete_expired_logins(db, now, idle_before, limit))
            .await?;
        let records = self
            .writer
            .write(move |db| changes::delete_expired_records(db, now, limit))
            .await?;
        let transactions = self
            .writer
            .write(move |db| changes::delete_expired_transactions(db, now, limit))
            .await?;
        Ok(logins + records + transactions)
    }

    async fn count_logins(&self) -> Result<Option<u64>, StoreError> {
        self.readers.lookup(queries::count_logins).await.map(Some)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.readers.lookup(queries::ping).await
    }
}
