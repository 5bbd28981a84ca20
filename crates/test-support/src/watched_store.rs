//! A store that can be looked into, and that can be made to fail.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use axum_auth0::store::{
    CasOutcome, LeaseHolder, LeaseOutcome, LoginId, LoginRecord, SharedStore, Store, StoreError,
};

type Key = [u8; 32];

#[derive(Debug)]
pub struct WatchedStore {
    inner: SharedStore,
    logins: Mutex<Vec<LoginId>>,
    records: Mutex<BTreeSet<Key>>,
    down: AtomicBool,
    failing: Mutex<BTreeSet<&'static str>>,
    failing_swaps: AtomicUsize,
    failing_loads: AtomicUsize,
    touches: AtomicUsize,
    loads: AtomicUsize,
}

impl WatchedStore {
    pub fn around(inner: SharedStore) -> Self {
        Self {
            inner,
            logins: Mutex::default(),
            records: Mutex::default(),
            down: AtomicBool::default(),
            failing: Mutex::default(),
            failing_swaps: AtomicUsize::default(),
            failing_loads: AtomicUsize::default(),
            touches: AtomicUsize::default(),
            loads: AtomicUsize::default(),
        }
    }

    /// Whether everything fails from now on.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    /// From now on these operations of [`Store`] fail, and no others.
    pub fn set_failing(&self, operations: &[&'static str]) {
        *self.failing.lock().unwrap() = operations.iter().copied().collect();
    }

    /// The next `count` changes of tokens fail.
    pub fn fail_swaps(&self, count: usize) {
        self.failing_swaps.store(count, Ordering::SeqCst);
    }

    /// The next `count` look-ups of logins fail.
    pub fn fail_loads(&self, count: usize) {
        self.failing_loads.store(count, Ordering::SeqCst);
    }

    pub fn loads_left_to_fail(&self) -> usize {
        self.failing_loads.load(Ordering::SeqCst)
    }

    pub fn touches(&self) -> usize {
        self.touches.load(Ordering::SeqCst)
    }

    /// Waits until logins were looked up `times` more often than `before`, and all tasks are idle again.
    ///
    /// For tests with one thread.
    pub async fn wait_for_lookups(&self, before: usize, times: usize) {
        let waiting = async {
            while self.loads() < before + times {
                tokio::task::yield_now().await;
            }
            for _ in 0..1_000 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), waiting)
            .await
            .expect("logins should have been looked up by now");
    }

    /// Waits until logins were looked up `times` more often than `before`.
    pub async fn was_looked_at(&self, before: usize, times: usize) {
        let waiting = async {
            while self.loads() < before + times {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), waiting)
            .await
            .expect("logins should have been looked up by now");
    }

    pub fn loads(&self) -> usize {
        self.loads.load(Ordering::SeqCst)
    }

    /// The logins that there are.
    pub async fn logins(&self) -> Vec<LoginRecord> {
        let known = self.logins.lock().unwrap().clone();
        let mut rows = Vec::new();
        for id in known {
            rows.extend(self.inner.load_login(&id).await.unwrap());
        }
        rows
    }

    /// The only login that there is.
    pub async fn login(&self) -> LoginRecord {
        let logins = self.logins().await;
        assert_eq!(logins.len(), 1, "there should be one login");
        logins.into_iter().next().unwrap()
    }

    /// The records of sessions that there are, whatever their end.
    pub async fn records(&self) -> Vec<(Key, Vec<u8>)> {
        let known = self.records.lock().unwrap().clone();
        let mut records = Vec::new();
        for key in known {
            let record = self.inner.load_record(&key, i64::MIN).await.unwrap();
            records.extend(record.map(|record| (key, record)));
        }
        records
    }

    /// Overwrites a record, as a damaged disk or a newer version would.
    pub async fn damage_record(&self, key: &Key, record: Vec<u8>) {
        let end = i64::MAX;
        assert!(self.inner.update_record(key, record, end).await.unwrap());
    }

    /// Changes the only login behind the engine's back.
    pub async fn edit_login(&self, edit: impl FnOnce(&mut LoginRecord)) {
        let mut row = self.login().await;
        assert!(self.inner.delete_login(&row.id).await.unwrap().is_some());
        edit(&mut row);
        self.inner.create_login(row).await.unwrap();
    }

    pub async fn damage_tokens(&self, tokens: Vec<u8>) {
        let row = self.login().await;
        let swap = self.inner.swap_tokens(&row.id, row.version, tokens).await;
        assert_eq!(swap.unwrap(), CasOutcome::Swapped);
    }

    fn up(&self, operation: &str) -> Result<(), StoreError> {
        let failing = self.failing.lock().unwrap();
        if self.down.load(Ordering::SeqCst) || failing.contains(operation) {
            return Err(StoreError("switched off by a test".to_owned()));
        }
        Ok(())
    }
}

#[async_trait]
impl Store for WatchedStore {
    async fn create_login(&self, row: LoginRecord) -> Result<(), StoreError> {
        self.up("create_login")?;
        self.logins.lock().unwrap().push(row.id);
        self.inner.create_login(row).await
    }

    async fn load_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError> {
        self.up("load_login")?;
        self.loads.fetch_add(1, Ordering::SeqCst);
        let failing = self
            .failing_loads
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        if failing.is_ok() {
            return Err(StoreError("a look-up fails, as a test wants".to_owned()));
        }
        self.inner.load_login(id).await
    }

    async fn mark_used(&self, id: &LoginId, now: i64) -> Result<(), StoreError> {
        self.up("mark_used")?;
        self.touches.fetch_add(1, Ordering::SeqCst);
        self.inner.mark_used(id, now).await
    }

    async fn lease_login(
        &self,
        id: &LoginId,
        holder: &LeaseHolder,
        now: i64,
        until: i64,
    ) -> Result<LeaseOutcome, StoreError> {
        self.up("lease_login")?;
        self.inner.lease_login(id, holder, now, until).await
    }

    async fn end_lease(&self, id: &LoginId, holder: &LeaseHolder) -> Result<(), StoreError> {
        self.up("end_lease")?;
        self.inner.end_lease(id, holder).await
    }

    async fn swap_tokens(
        &self,
        id: &LoginId,
        expected: i64,
        tokens: Vec<u8>,
    ) -> Result<CasOutcome, StoreError> {
        self.up("swap_tokens")?;
        let failing = self
            .failing_swaps
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        if failing.is_ok() {
            return Err(StoreError("a swap fails, as a test wants".to_owned()));
        }
        self.inner.swap_tokens(id, expected, tokens).await
    }

    async fn delete_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError> {
        self.up("delete_login")?;
        self.inner.delete_login(id).await
    }

    async fn create_record(
        &self,
        key: &Key,
        record: Vec<u8>,
        end: i64,
    ) -> Result<bool, StoreError> {
        self.up("create_record")?;
        self.records.lock().unwrap().insert(*key);
        self.inner.create_record(key, record, end).await
    }

    async fn update_record(
        &self,
        key: &Key,
        record: Vec<u8>,
        end: i64,
    ) -> Result<bool, StoreError> {
        self.up("update_record")?;
        self.inner.update_record(key, record, end).await
    }

    async fn load_record(&self, key: &Key, now: i64) -> Result<Option<Vec<u8>>, StoreError> {
        self.up("load_record")?;
        self.inner.load_record(key, now).await
    }

    async fn delete_record(&self, key: &Key) -> Result<(), StoreError> {
        self.up("delete_record")?;
        self.inner.delete_record(key).await
    }

    async fn consume_transaction(&self, key: &Key, end: i64) -> Result<bool, StoreError> {
        self.up("consume_transaction")?;
        self.inner.consume_transaction(key, end).await
    }

    async fn has_login_since(&self, subject: &str, since: i64) -> Result<bool, StoreError> {
        self.up("has_login_since")?;
        self.inner.has_login_since(subject, since).await
    }

    async fn delete_expired(
        &self,
        now: i64,
        idle_before: i64,
        limit: u32,
    ) -> Result<u64, StoreError> {
        self.up("delete_expired")?;
        self.inner.delete_expired(now, idle_before, limit).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.up("ping")?;
        self.inner.ping().await
    }
}
