//! Implements [`Store`] with a JSON file.
//!
//! A store guarantees:
//! - A change is durable when its method returns, and it is atomic. The refresh token of a provider is used up by a refresh,
//!   so losing the new one ends the login.
//! - No change creates a row that was deleted: a user who has logged out stays logged out.
//! - Conditions and changes are one operation: `create_*`, `swap_tokens`, `lease_login`, `consume_transaction`.

#[cfg(test)]
mod tests;

use std::{
    cmp::Reverse,
    fmt,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use axum_auth0::store::{
    CasOutcome, LeaseHolder, LeaseOutcome, LoginFilter, LoginId, LoginRecord, Store, StoreError,
};

use crate::tables::{Lease, Login, Record, Tables, decode, encode};

/// A store in a JSON file, for one process. Every change writes the whole file.
#[derive(Clone)]
pub(crate) struct JsonStore(Arc<Shared>);

struct Shared {
    path: PathBuf,
    tables: Mutex<Tables>,
    /// Another process that opened the same file would overwrite the changes of this one.
    _lock: File,
}

impl JsonStore {
    /// Opens the file, which is created by the first change.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |error: &dyn fmt::Display| StoreError(format!("{}: {error}", path.display()));
        let lock = File::create(path.with_extension("lock")).map_err(|error| failed(&error))?;
        lock.try_lock().map_err(|error| failed(&error))?;
        let tables = if path.exists() {
            let text = fs::read_to_string(path).map_err(|error| failed(&error))?;
            serde_json::from_str(&text).map_err(|error| failed(&error))?
        } else {
            Tables::default()
        };
        Ok(Self(Arc::new(Shared {
            path: path.to_owned(),
            tables: Mutex::new(tables),
            _lock: lock,
        })))
    }

    /// Runs `change` on a thread for blocking operations, where it completes even if the request is canceled.
    async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Tables) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let shared = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || shared.change(change))
            .await
            .map_err(|error| StoreError(error.to_string()))?
    }

    fn read<T>(&self, read: impl FnOnce(&Tables) -> T) -> T {
        read(&self.0.tables.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Shared {
    fn change<T>(&self, change: impl FnOnce(&mut Tables) -> T) -> Result<T, StoreError> {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        // A change that cannot be written is not made.
        let mut changed = tables.clone();
        let outcome = change(&mut changed);
        self.write(&changed)
            .map_err(|error| StoreError(format!("{}: {error}", self.path.display())))?;
        *tables = changed;
        Ok(outcome)
    }

    /// Replaces the file. It is either the old one or the new one, even if the process is killed.
    fn write(&self, tables: &Tables) -> std::io::Result<()> {
        let new = self.path.with_extension("new");
        let mut file = File::create(&new)?;
        file.write_all(&serde_json::to_vec(tables)?)?;
        file.sync_all()?;
        fs::rename(new, &self.path)
    }
}

impl fmt::Debug for JsonStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JsonStore({})", self.0.path.display())
    }
}

fn key(id: &LoginId) -> String {
    encode(id.as_bytes())
}

#[async_trait]
impl Store for JsonStore {
    async fn create_login(&self, row: LoginRecord) -> Result<(), StoreError> {
        let key = key(&row.id);
        let is_new = self.change(move |tables| {
            let is_new = !tables.logins.contains_key(&key);
            tables.logins.entry(key).or_insert_with(|| Login::new(row));
            is_new
        });
        if is_new.await? {
            Ok(())
        } else {
            Err(StoreError("the login exists".to_owned()))
        }
    }

    async fn load_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError> {
        let login = self.read(|tables| tables.logins.get(&key(id)).cloned());
        login.map(|login| login.to_record(*id)).transpose()
    }

    async fn mark_used(&self, id: &LoginId, now: i64) -> Result<(), StoreError> {
        let key = key(id);
        self.change(move |tables| {
            if let Some(login) = tables.logins.get_mut(&key) {
                login.last_seen_at = login.last_seen_at.max(now);
            }
        })
        .await
    }

    async fn lease_login(
        &self,
        id: &LoginId,
        holder: &LeaseHolder,
        now: i64,
        until: i64,
    ) -> Result<LeaseOutcome, StoreError> {
        let (key, holder) = (key(id), encode(holder));
        self.change(move |tables| {
            let Some(login) = tables.logins.get_mut(&key) else {
                return LeaseOutcome::LoginMissing;
            };
            let other = login.lease.as_ref().filter(|lease| lease.holder != holder);
            if other.is_some_and(|lease| lease.until > now) {
                return LeaseOutcome::HeldElsewhere;
            }
            let abandoned = other.is_some();
            login.lease = Some(Lease { holder, until });
            LeaseOutcome::Acquired { abandoned }
        })
        .await
    }

    async fn end_lease(&self, id: &LoginId, holder: &LeaseHolder) -> Result<(), StoreError> {
        let (key, holder) = (key(id), encode(holder));
        self.change(move |tables| {
            if let Some(login) = tables.logins.get_mut(&key) {
                login.lease.take_if(|lease| lease.holder == holder);
            }
        })
        .await
    }

    async fn swap_tokens(
        &self,
        id: &LoginId,
        expected: i64,
        tokens: Vec<u8>,
    ) -> Result<CasOutcome, StoreError> {
        let key = key(id);
        self.change(move |tables| match tables.logins.get_mut(&key) {
            None => CasOutcome::Missing,
            Some(login) if login.version != expected => CasOutcome::Conflict,
            Some(login) => {
                login.version += 1;
                login.tokens = encode(&tokens);
                CasOutcome::Swapped
            }
        })
        .await
    }

    async fn delete_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError> {
        let key = key(id);
        let login = self
            .change(move |tables| tables.logins.remove(&key))
            .await?;
        login.map(|login| login.to_record(*id)).transpose()
    }

    async fn create_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let (key, content) = (encode(key), encode(&record));
        self.change(move |tables| {
            let is_new = !tables.records.contains_key(&key);
            let record = Record {
                content,
                expires_at,
            };
            tables.records.entry(key).or_insert(record);
            is_new
        })
        .await
    }

    async fn update_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let (key, content) = (encode(key), encode(&record));
        self.change(move |tables| {
            let record = Record {
                content,
                expires_at,
            };
            let existing = tables.records.get_mut(&key);
            existing.map(|existing| *existing = record).is_some()
        })
        .await
    }

    async fn load_record(&self, key: &[u8; 32], now: i64) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|tables| {
            let record = tables.records.get(&encode(key));
            let record = record.filter(|record| record.expires_at > now);
            record.map(|record| decode(&record.content)).transpose()
        })
    }

    async fn delete_record(&self, key: &[u8; 32]) -> Result<(), StoreError> {
        let key = encode(key);
        self.change(move |tables| drop(tables.records.remove(&key)))
            .await
    }

    async fn consume_transaction(
        &self,
        key: &[u8; 32],
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let key = encode(key);
        self.change(move |tables| tables.transactions.insert(key, expires_at).is_none())
            .await
    }

    async fn find_logins(
        &self,
        filter: LoginFilter<'_>,
        limit: u32,
    ) -> Result<Vec<LoginRecord>, StoreError> {
        let mut logins = self.read(Tables::to_records)?;
        logins.retain(|login| filter.matches(login));
        logins.sort_by_key(|login| Reverse(login.created_at));
        logins.truncate(limit as usize);
        Ok(logins)
    }

    async fn delete_expired(
        &self,
        now: i64,
        idle_before: i64,
        limit: u32,
    ) -> Result<u64, StoreError> {
        self.change(move |tables| tables.delete_expired(now, idle_before, limit))
            .await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
