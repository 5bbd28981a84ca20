//! A store that counts operations and fails on request.

mod operations;
mod paused_call;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum_auth0::store::{CasOutcome, LoginId, LoginRecord, SharedStore, StoreError};

pub use paused_call::PausedCall;

use crate::test_feed::{TestFeed, TestFeedReceiver, test_feed};

type Key = [u8; 32];

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

    /// Sets the operations of [`Store`](axum_auth0::Store) that fail, by name.
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
            call.wait_for_release().await;
        }
    }

    /// Makes the next `count` calls of [`Store::swap_tokens`](axum_auth0::Store::swap_tokens) fail.
    pub fn fail_swaps(&self, count: usize) {
        self.failing_swaps.store(count, Ordering::SeqCst);
    }

    /// Makes the next `count` calls of [`Store::load_login`](axum_auth0::Store::load_login) fail.
    pub fn fail_loads(&self, count: usize) {
        self.failing_loads.store(count, Ordering::SeqCst);
    }

    /// Returns the number of calls of [`Store::load_login`](axum_auth0::Store::load_login) that are still set to fail.
    pub fn remaining_load_failures(&self) -> usize {
        self.failing_loads.load(Ordering::SeqCst)
    }

    /// Returns the number of calls of [`Store::mark_used`](axum_auth0::Store::mark_used).
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

    /// Returns the number of calls of [`Store::load_login`](axum_auth0::Store::load_login).
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
