//! A store that counts operations and fails on request.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use axum_auth0::store::{
    CasOutcome, ChangeFeed, LeaseHolder, LeaseOutcome, LoginFilter, LoginId, LoginRecord,
    LoginState, SharedStore, Store, StoreError,
};
use tokio::sync::Semaphore;

use crate::test_feed::{TestFeed, TestFeedReceiver, test_feed};

type Key = [u8; 32];

/// A call of a store that waits until the test releases it.
#[derive(Clone, Debug)]
pub struct PausedCall {
    reached: Arc<Semaphore>,
    released: Arc<Semaphore>,
}

impl PausedCall {
    fn new() -> Self {
        Self {
            reached: Arc::new(Semaphore::new(0)),
            released: Arc::new(Semaphore::new(0)),
        }
    }

    /// Waits until the call was made.
    pub async fn reached(&self) {
        self.reached.acquire().await.unwrap().forget();
    }

    /// Lets the call continue.
    pub fn release(&self) {
        self.released.add_permits(1);
    }
}

/// Wraps a store, counts its operations, and injects failures.
#[derive(Debug)]
pub struct InstrumentedStore {
    inner: SharedStore,
    logins: Mutex<Vec<LoginId>>,
    records: Mutex<BTreeSet<Key>>,
    unavailable: AtomicBool,
    failing: Mutex<BTreeSet<&'static str>>,
    paused: Mutex<BTreeMap<&'static str, PausedCall>>,
    feed: Mutex<Option<TestFeedReceiver>>,
    failing_swaps: AtomicUsize,
    failing_loads: AtomicUsize,
    mark_used_count: AtomicUsize,
    load_count: AtomicUsize,
    read_count: AtomicUsize,
}

impl InstrumentedStore {
    /// Wraps `inner`.
    pub fn new(inner: SharedStore) -> Self {
        Self {
            inner,
            logins: Mutex::default(),
            records: Mutex::default(),
            unavailable: AtomicBool::default(),
            failing: Mutex::default(),
            paused: Mutex::default(),
            feed: Mutex::default(),
            failing_swaps: AtomicUsize::default(),
            failing_loads: AtomicUsize::default(),
            mark_used_count: AtomicUsize::default(),
            load_count: AtomicUsize::default(),
            read_count: AtomicUsize::default(),
        }
    }

    /// Sets whether all operations fail.
    pub fn set_unavailable(&self, unavailable: bool) {
        self.unavailable.store(unavailable, Ordering::SeqCst);
    }

    /// Opens a feed of changes for the next subscription of a site.
    pub fn open_feed(&self) -> TestFeed {
        let (feed, receiver) = test_feed();
        *self.feed.lock().unwrap() = Some(receiver);
        feed
    }

    /// Sets the operations of [`Store`] that fail, by name.
    pub fn set_failing(&self, operations: &[&'static str]) {
        *self.failing.lock().unwrap() = operations.iter().copied().collect();
    }

    /// Pauses the next call of an operation: `load_record`, `create_record` or `swap_tokens`, or `check_session` after its
    /// read.
    pub fn pause_next(&self, operation: &'static str) -> PausedCall {
        let call = PausedCall::new();
        self.paused.lock().unwrap().insert(operation, call.clone());
        call
    }

    async fn pause(&self, operation: &str) {
        let call = self.paused.lock().unwrap().remove(operation);
        if let Some(call) = call {
            call.reached.add_permits(1);
            call.released.acquire().await.unwrap().forget();
        }
    }

    /// Makes the next `count` calls of [`Store::swap_tokens`] fail.
    pub fn fail_swaps(&self, count: usize) {
        self.failing_swaps.store(count, Ordering::SeqCst);
    }

    /// Makes the next `count` calls of [`Store::load_login`] fail.
    pub fn fail_loads(&self, count: usize) {
        self.failing_loads.store(count, Ordering::SeqCst);
    }

    /// Returns the number of calls of [`Store::load_login`] that are still set to fail.
    pub fn remaining_load_failures(&self) -> usize {
        self.failing_loads.load(Ordering::SeqCst)
    }

    /// Returns the number of calls of [`Store::mark_used`].
    pub fn mark_used_count(&self) -> usize {
        self.mark_used_count.load(Ordering::SeqCst)
    }

    /// Waits until [`loads`](Self::load_count) has increased by `times` since `before` and all tasks are idle. For
    /// single-threaded tests.
    pub async fn wait_for_loads_and_idle(&self, before: usize, times: usize) {
        self.wait_for_loads(before, times).await;
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
    }

    /// Waits until [`loads`](Self::load_count) has increased by `times` since `before`.
    pub async fn wait_for_loads(&self, before: usize, times: usize) {
        wait_until(|| self.load_count() >= before + times).await;
    }

    /// Waits until [`reads`](Self::read_count) have increased by `times` since `before`.
    pub async fn wait_for_reads(&self, before: usize, times: usize) {
        wait_until(|| self.read_count() >= before + times).await;
    }

    /// Returns the number of calls of [`Store::load_login`].
    pub fn load_count(&self) -> usize {
        self.load_count.load(Ordering::SeqCst)
    }

    /// Returns the number of reads of any kind.
    pub fn read_count(&self) -> usize {
        self.read_count.load(Ordering::SeqCst)
    }

    /// Returns all logins.
    pub async fn logins(&self) -> Vec<LoginRecord> {
        let ids = self.logins.lock().unwrap().clone();
        let mut logins = Vec::new();
        for id in ids {
            logins.extend(self.inner.load_login(&id).await.unwrap());
        }
        logins
    }

    /// Returns the only login.
    ///
    /// # Panics
    /// If there is not exactly one.
    pub async fn login(&self) -> LoginRecord {
        let logins = self.logins().await;
        assert_eq!(logins.len(), 1, "there should be one login");
        logins.into_iter().next().unwrap()
    }

    /// Returns all session records, expired ones included.
    pub async fn records(&self) -> Vec<(Key, Vec<u8>)> {
        let ids = self.records.lock().unwrap().clone();
        let mut records = Vec::new();
        for key in ids {
            let record = self.inner.load_record(&key, i64::MIN).await.unwrap();
            records.extend(record.map(|record| (key, record)));
        }
        records
    }

    /// Overwrites a session record, for example with an unreadable one.
    pub async fn overwrite_record(&self, key: &Key, record: Vec<u8>) {
        let end = i64::MAX;
        assert!(self.inner.update_record(key, record, end).await.unwrap());
    }

    /// Edits the only login directly in the store, without the engine.
    pub async fn edit_login(&self, edit: impl FnOnce(&mut LoginRecord)) {
        let mut login = self.login().await;
        assert!(self.inner.delete_login(&login.id).await.unwrap().is_some());
        edit(&mut login);
        self.inner.create_login(login).await.unwrap();
    }

    /// Overwrites the sealed tokens of the only login.
    pub async fn overwrite_tokens(&self, tokens: Vec<u8>) {
        let login = self.login().await;
        let swap = self
            .inner
            .swap_tokens(&login.id, login.version, tokens)
            .await;
        assert_eq!(swap.unwrap(), CasOutcome::Swapped);
    }

    fn check(&self, operation: &str) -> Result<(), StoreError> {
        let failing = self.failing.lock().unwrap();
        if self.unavailable.load(Ordering::SeqCst) || failing.contains(operation) {
            return Err(StoreError("failure injected by a test".to_owned()));
        }
        Ok(())
    }
}

async fn wait_until(is_reached: impl Fn() -> bool) {
    let wait = async {
        while !is_reached() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait)
        .await
        .expect("too few reads of the store");
}

#[async_trait]
impl Store for InstrumentedStore {
    async fn create_login(&self, login: LoginRecord) -> Result<(), StoreError> {
        self.check("create_login")?;
        self.logins.lock().unwrap().push(login.id);
        self.inner.create_login(login).await
    }

    async fn load_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError> {
        self.check("load_login")?;
        self.read_count.fetch_add(1, Ordering::SeqCst);
        self.load_count.fetch_add(1, Ordering::SeqCst);
        let failing = self
            .failing_loads
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        if failing.is_ok() {
            return Err(StoreError("load failure injected by a test".to_owned()));
        }
        self.inner.load_login(id).await
    }

    async fn mark_used(&self, id: &LoginId, now: i64) -> Result<(), StoreError> {
        self.check("mark_used")?;
        self.mark_used_count.fetch_add(1, Ordering::SeqCst);
        self.inner.mark_used(id, now).await
    }

    async fn lease_login(
        &self,
        id: &LoginId,
        holder: &LeaseHolder,
        now: i64,
        until: i64,
    ) -> Result<LeaseOutcome, StoreError> {
        self.check("lease_login")?;
        self.inner.lease_login(id, holder, now, until).await
    }

    async fn end_lease(&self, id: &LoginId, holder: &LeaseHolder) -> Result<(), StoreError> {
        self.check("end_lease")?;
        self.inner.end_lease(id, holder).await
    }

    async fn swap_tokens(
        &self,
        id: &LoginId,
        expected: i64,
        tokens: Vec<u8>,
    ) -> Result<CasOutcome, StoreError> {
        self.check("swap_tokens")?;
        self.pause("swap_tokens").await;
        let failing = self
            .failing_swaps
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        if failing.is_ok() {
            return Err(StoreError("swap failure injected by a test".to_owned()));
        }
        self.inner.swap_tokens(id, expected, tokens).await
    }

    async fn delete_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError> {
        self.check("delete_login")?;
        self.inner.delete_login(id).await
    }

    async fn create_record(
        &self,
        key: &Key,
        record: Vec<u8>,
        end: i64,
    ) -> Result<bool, StoreError> {
        self.check("create_record")?;
        self.pause("create_record").await;
        self.records.lock().unwrap().insert(*key);
        self.inner.create_record(key, record, end).await
    }

    async fn update_record(
        &self,
        key: &Key,
        record: Vec<u8>,
        end: i64,
    ) -> Result<bool, StoreError> {
        self.check("update_record")?;
        self.inner.update_record(key, record, end).await
    }

    async fn load_record(&self, key: &Key, now: i64) -> Result<Option<Vec<u8>>, StoreError> {
        self.check("load_record")?;
        self.pause("load_record").await;
        self.read_count.fetch_add(1, Ordering::SeqCst);
        self.inner.load_record(key, now).await
    }

    async fn check_session(
        &self,
        key: &Key,
        login: &LoginId,
        now: i64,
    ) -> Result<Option<LoginState>, StoreError> {
        self.check("check_session")?;
        self.read_count.fetch_add(1, Ordering::SeqCst);
        let found = self.inner.check_session(key, login, now).await;
        self.pause("check_session").await;
        found
    }

    async fn delete_record(&self, key: &Key) -> Result<(), StoreError> {
        self.check("delete_record")?;
        self.inner.delete_record(key).await
    }

    async fn consume_transaction(&self, key: &Key, end: i64) -> Result<bool, StoreError> {
        self.check("consume_transaction")?;
        self.inner.consume_transaction(key, end).await
    }

    async fn find_logins(
        &self,
        filter: LoginFilter<'_>,
        limit: u32,
    ) -> Result<Vec<LoginRecord>, StoreError> {
        self.check("find_logins")?;
        self.inner.find_logins(filter, limit).await
    }

    async fn delete_expired(
        &self,
        now: i64,
        idle_before: i64,
        limit: u32,
    ) -> Result<u64, StoreError> {
        self.check("delete_expired")?;
        self.inner.delete_expired(now, idle_before, limit).await
    }

    async fn count_logins(&self) -> Result<Option<u64>, StoreError> {
        self.check("count_logins")?;
        self.inner.count_logins().await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.check("ping")?;
        self.inner.ping().await
    }

    async fn subscribe(&self) -> Result<Option<Box<dyn ChangeFeed>>, StoreError> {
        self.check("subscribe")?;
        if let Some(feed) = self.feed.lock().unwrap().take() {
            return Ok(Some(Box::new(feed)));
        }
        self.inner.subscribe().await
    }
}
