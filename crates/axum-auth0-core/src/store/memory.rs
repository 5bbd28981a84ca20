//! An in-memory store for tests and experiments.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use super::{
    CasOutcome, LeaseHolder, LeaseOutcome, LoginFilter, LoginId, LoginRecord, LoginState, Store,
    StoreError,
};

/// An in-memory store. It loses its data when the process ends.
#[derive(Default)]
pub struct MemoryStore(Mutex<Tables>);

#[derive(Default)]
struct Tables {
    logins: HashMap<LoginId, LoginRecord>,
    leases: HashMap<LoginId, (LeaseHolder, i64)>,
    records: HashMap<[u8; 32], (Vec<u8>, i64)>,
    transactions: HashMap<[u8; 32], i64>,
}

impl MemoryStore {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        // No code below leaves the tables inconsistent, so the data of a poisoned lock is consistent.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryStore")
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn create_login(&self, row: LoginRecord) -> Result<(), StoreError> {
        match self.tables().logins.entry(row.id) {
            Entry::Occupied(_) => Err(StoreError("the login exists".to_owned())),
            Entry::Vacant(free) => {
                free.insert(row);
                Ok(())
            }
        }
    }

    async fn load_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError> {
        Ok(self.tables().logins.get(id).cloned())
    }

    async fn mark_used(&self, id: &LoginId, now: i64) -> Result<(), StoreError> {
        if let Some(row) = self.tables().logins.get_mut(id) {
            row.last_seen_at = row.last_seen_at.max(now);
        }
        Ok(())
    }

    async fn lease_login(
        &self,
        id: &LoginId,
        holder: &LeaseHolder,
        now: i64,
        until: i64,
    ) -> Result<LeaseOutcome, StoreError> {
        let mut tables = self.tables();
        if !tables.logins.contains_key(id) {
            return Ok(LeaseOutcome::LoginMissing);
        }
        let other = tables.leases.get(id).filter(|(other, _)| other != holder);
        if other.is_some_and(|(_, end)| *end > now) {
            return Ok(LeaseOutcome::HeldElsewhere);
        }
        let abandoned = other.is_some();
        tables.leases.insert(*id, (*holder, until));
        Ok(LeaseOutcome::Acquired { abandoned })
    }

    async fn end_lease(&self, id: &LoginId, holder: &LeaseHolder) -> Result<(), StoreError> {
        let mut tables = self.tables();
        if tables
            .leases
            .get(id)
            .is_some_and(|(other, _)| other == holder)
        {
            tables.leases.remove(id);
        }
        Ok(())
    }

    async fn swap_tokens(
        &self,
        id: &LoginId,
        expected: i64,
        tokens: Vec<u8>,
    ) -> Result<CasOutcome, StoreError> {
        Ok(match self.tables().logins.get_mut(id) {
            None => CasOutcome::Missing,
            Some(row) if row.version != expected => CasOutcome::Conflict,
            Some(row) => {
                row.version += 1;
                row.tokens = tokens;
                CasOutcome::Swapped
            }
        })
    }

    async fn delete_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError> {
        let mut tables = self.tables();
        tables.leases.remove(id);
        Ok(tables.logins.remove(id))
    }

    async fn create_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let free = !tables.records.contains_key(key);
        if free {
            tables.records.insert(*key, (record, expires_at));
        }
        Ok(free)
    }

    async fn update_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        Ok(self
            .tables()
            .records
            .get_mut(key)
            .map(|slot| *slot = (record, expires_at))
            .is_some())
    }

    async fn load_record(&self, key: &[u8; 32], now: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let tables = self.tables();
        Ok(tables
            .records
            .get(key)
            .filter(|(_, end)| *end > now)
            .map(|(record, _)| record.clone()))
    }

    async fn check_session(
        &self,
        key: &[u8; 32],
        login: &LoginId,
        now: i64,
    ) -> Result<Option<LoginState>, StoreError> {
        let tables = self.tables();
        if tables.records.get(key).is_none_or(|(_, end)| *end <= now) {
            return Ok(None);
        }
        Ok(tables.logins.get(login).map(LoginState::from))
    }

    async fn delete_record(&self, key: &[u8; 32]) -> Result<(), StoreError> {
        self.tables().records.remove(key);
        Ok(())
    }

    async fn consume_transaction(
        &self,
        key: &[u8; 32],
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        Ok(self
            .tables()
            .transactions
            .insert(*key, expires_at)
            .is_none())
    }

    async fn find_logins(
        &self,
        filter: LoginFilter<'_>,
        limit: u32,
    ) -> Result<Vec<LoginRecord>, StoreError> {
        let tables = self.tables();
        let logins = tables.logins.values();
        let mut logins: Vec<_> = logins.filter(|row| filter.matches(row)).cloned().collect();
        logins.sort_by_key(|row| std::cmp::Reverse(row.created_at));
        logins.truncate(limit as usize);
        Ok(logins)
    }

    async fn delete_expired(
        &self,
        now: i64,
        idle_before: i64,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let mut tables = self.tables();
        let mut deleted = 0;
        let Tables {
            logins,
            leases,
            records,
            transactions,
        } = &mut *tables;
        deleted += delete_expired(logins, limit, |row| {
            row.expires_at <= now || row.last_seen_at <= idle_before
        });
        leases.retain(|id, _| logins.contains_key(id));
        deleted += delete_expired(records, limit, |(_, end)| *end <= now);
        deleted += delete_expired(transactions, limit, |end| *end <= now);
        Ok(deleted)
    }

    async fn count_logins(&self) -> Result<Option<u64>, StoreError> {
        Ok(u64::try_from(self.tables().logins.len()).ok())
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

fn delete_expired<K: Copy + Eq + std::hash::Hash, V>(
    table: &mut HashMap<K, V>,
    limit: u32,
    ended: impl Fn(&V) -> bool,
) -> u64 {
    let old: Vec<K> = table
        .iter()
        .filter(|(_, row)| ended(row))
        .map(|(key, _)| *key)
        .take(limit as usize)
        .collect();
    for key in &old {
        table.remove(key);
    }
    old.len() as u64
}
