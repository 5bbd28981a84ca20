//! The operations of the store: each one fails if the test wants it, is counted, and goes to the wrapped store.

use std::sync::atomic::Ordering;

use async_trait::async_trait;
use axum_auth0::store::{
    CasOutcome, ChangeFeed, LeaseHolder, LeaseOutcome, LoginFilter, LoginId, LoginRecord,
    LoginState, Store, StoreError,
};

use super::{InstrumentedStore, Key};

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
