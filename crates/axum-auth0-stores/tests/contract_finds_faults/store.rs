//! A store with one fault.

use async_trait::async_trait;
use axum_auth0_core::store::{
    CasOutcome, ChangeFeed, LeaseHolder, LeaseOutcome, LoginFilter, LoginId, LoginRecord,
    LoginState, MemoryStore, Store, StoreChange, StoreError,
};
use tokio::sync::broadcast;

use crate::{fault::Fault, feed::FaultyFeed};

/// A store with one fault.
#[derive(Debug)]
pub(crate) struct FaultyStore {
    inner: MemoryStore,
    fault: Fault,
    changes: broadcast::Sender<StoreChange>,
}

impl FaultyStore {
    pub(crate) fn new(fault: Fault) -> Self {
        Self {
            inner: MemoryStore::default(),
            fault,
            changes: broadcast::channel(10_000).0,
        }
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// Reports a change, unless the fault is that it does not.
    fn report(&self, change: StoreChange, fault: Fault) {
        if !self.has(fault) {
            // There may be no feed.
            let _ = self.changes.send(change);
        }
    }

    /// Returns the logins of the tests that exist.
    async fn logins(&self) -> Vec<LoginId> {
        let mut logins = Vec::new();
        for byte in 0..=255 {
            let login = self
                .inner
                .load_login(&LoginId::from_bytes([byte; 16]))
                .await;
            logins.extend(login.into_iter().flatten().map(|login| login.id));
        }
        logins
    }
}

#[async_trait]
impl Store for FaultyStore {
    async fn create_login(&self, row: LoginRecord) -> Result<(), StoreError> {
        if self.has(Fault::CreateLoginOverwrites) {
            self.inner.delete_login(&row.id).await?;
        }
        self.inner.create_login(row).await
    }

    async fn load_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError> {
        self.inner.load_login(id).await
    }

    async fn mark_used(&self, id: &LoginId, now: i64) -> Result<(), StoreError> {
        if !self.has(Fault::MarkUsedMovesBack) && !self.has(Fault::MarkUsedCreates) {
            return self.inner.mark_used(id, now).await;
        }
        let login = self.inner.delete_login(id).await?;
        match (self.fault, login) {
            (Fault::MarkUsedMovesBack, Some(mut login)) => {
                login.last_seen_at = now;
                self.inner.create_login(login).await
            }
            (Fault::MarkUsedCreates, None) => {
                let login = LoginRecord {
                    id: *id,
                    issuer: String::new(),
                    subject: String::new(),
                    provider_session: None,
                    created_at: now,
                    last_seen_at: now,
                    expires_at: now + 3_600,
                    version: 0,
                    tokens: Vec::new(),
                    details: Vec::new(),
                };
                self.inner.create_login(login).await
            }
            (_, Some(login)) => {
                self.inner.create_login(login).await?;
                self.inner.mark_used(id, now).await
            }
            (_, None) => Ok(()),
        }
    }

    async fn lease_login(
        &self,
        id: &LoginId,
        holder: &LeaseHolder,
        now: i64,
        until: i64,
    ) -> Result<LeaseOutcome, StoreError> {
        if self.has(Fault::LeaseIgnoresHolder) {
            return self.inner.lease_login(id, &[0; 16], now, until).await;
        }
        let outcome = self.inner.lease_login(id, holder, now, until).await?;
        let hides = self.has(Fault::LeaseHidesAbandonment);
        Ok(match outcome {
            LeaseOutcome::Acquired { .. } if hides => LeaseOutcome::Acquired { abandoned: false },
            outcome => outcome,
        })
    }

    async fn end_lease(&self, id: &LoginId, holder: &LeaseHolder) -> Result<(), StoreError> {
        if self.has(Fault::EndLeaseIgnoresHolder) {
            for byte in 0..=255 {
                self.inner.end_lease(id, &[byte; 16]).await?;
            }
        }
        self.inner.end_lease(id, holder).await
    }

    async fn swap_tokens(
        &self,
        id: &LoginId,
        expected: i64,
        tokens: Vec<u8>,
    ) -> Result<CasOutcome, StoreError> {
        let login = self.inner.load_login(id).await?;
        let expected = match login {
            Some(login) if self.has(Fault::SwapIgnoresVersion) => login.version,
            _ => expected,
        };
        let outcome = self.inner.swap_tokens(id, expected, tokens).await?;
        if outcome == CasOutcome::Swapped {
            self.report(StoreChange::Login(*id), Fault::FeedMissesSwaps);
        }
        let hides = self.has(Fault::SwapReportsNoConflict);
        Ok(match outcome {
            CasOutcome::Conflict if hides => CasOutcome::Swapped,
            outcome => outcome,
        })
    }

    async fn delete_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError> {
        if self.has(Fault::DeleteLoginKeepsIt) {
            return self.inner.load_login(id).await;
        }
        let deleted = self.inner.delete_login(id).await;
        self.report(StoreChange::Login(*id), Fault::FeedMissesDeletedLogins);
        deleted
    }

    async fn create_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        if self.has(Fault::CreateRecordOverwrites) {
            self.inner.delete_record(key).await?;
        }
        self.inner.create_record(key, record, expires_at).await
    }

    async fn update_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let update = self.inner.update_record(key, record.clone(), expires_at);
        let updated = update.await?;
        if !updated && self.has(Fault::UpdateRecordCreates) {
            self.inner.create_record(key, record, expires_at).await?;
        }
        Ok(updated)
    }

    async fn load_record(&self, key: &[u8; 32], now: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let ignores = self.has(Fault::LoadRecordIgnoresExpiry);
        let now = if ignores { i64::MIN } else { now };
        self.inner.load_record(key, now).await
    }

    async fn check_session(
        &self,
        key: &[u8; 32],
        login: &LoginId,
        now: i64,
    ) -> Result<Option<LoginState>, StoreError> {
        if self.has(Fault::CheckSessionIgnoresRecord) {
            let login = self.inner.load_login(login).await?;
            return Ok(login.as_ref().map(LoginState::from));
        }
        self.inner.check_session(key, login, now).await
    }

    async fn delete_record(&self, key: &[u8; 32]) -> Result<(), StoreError> {
        let deleted = self.inner.delete_record(key).await;
        let change = StoreChange::Record(*key);
        self.report(change, Fault::FeedMissesDeletedRecords);
        deleted
    }

    async fn consume_transaction(
        &self,
        key: &[u8; 32],
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let consumed = self.inner.consume_transaction(key, expires_at).await?;
        Ok(consumed || self.has(Fault::TransactionsAreForgotten))
    }

    async fn find_logins(
        &self,
        filter: LoginFilter<'_>,
        limit: u32,
    ) -> Result<Vec<LoginRecord>, StoreError> {
        let ignores = self.has(Fault::FindLoginsIgnoresLimit);
        let limit = if ignores { u32::MAX } else { limit };
        let mut found = self.inner.find_logins(filter, limit).await?;
        if let LoginFilter::User { subject, .. } = filter
            && self.has(Fault::FindLoginsIgnoresIssuer)
        {
            for issuer in ["https://tenant.example/", "https://other.example/"] {
                let filter = LoginFilter::User { issuer, subject };
                found.extend(self.inner.find_logins(filter, limit).await?);
            }
        }
        Ok(found)
    }

    async fn delete_expired(
        &self,
        now: i64,
        idle_before: i64,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let before = self.logins().await;
        let deleted = match self.fault {
            Fault::CleanupIgnoresLimit => {
                self.inner.delete_expired(now, idle_before, u32::MAX).await
            }
            Fault::CleanupDeletesTooMuch => {
                let idle_before = idle_before + 600;
                self.inner.delete_expired(now, idle_before, limit).await
            }
            Fault::CleanupDeletesNothing => Ok(0),
            _ => self.inner.delete_expired(now, idle_before, limit).await,
        };
        let after = self.logins().await;
        for login in before.into_iter().filter(|login| !after.contains(login)) {
            self.report(StoreChange::Login(login), Fault::FeedMissesCleanup);
        }
        deleted
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping().await
    }

    async fn subscribe(&self) -> Result<Option<Box<dyn ChangeFeed>>, StoreError> {
        let feed = FaultyFeed::new(self.changes.subscribe(), self.fault);
        Ok(Some(Box::new(feed)))
    }
}
