//! The contract refuses a store that breaks one of its rules.

use std::{panic, sync::Arc};

use async_trait::async_trait;
use axum_auth0_core::store::{
    CasOutcome, LeaseHolder, LeaseOutcome, LoginFilter, LoginId, LoginRecord, LoginState,
    MemoryStore, Store, StoreError,
};
use axum_auth0_stores::contract::{
    Clock, Contract, StoreUnderTest, cleanup, clock_skew, deletion, expiry, find_logins, leases,
    logins, records, run, swaps, transactions,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    CreateLoginOverwrites,
    MarkUsedMovesBack,
    MarkUsedCreates,
    SwapIgnoresVersion,
    SwapReportsNoConflict,
    LeaseIgnoresHolder,
    LeaseHidesAbandonment,
    EndLeaseIgnoresHolder,
    DeleteLoginKeepsIt,
    CreateRecordOverwrites,
    UpdateRecordCreates,
    LoadRecordIgnoresExpiry,
    CheckSessionIgnoresRecord,
    TransactionsAreForgotten,
    FindLoginsIgnoresIssuer,
    FindLoginsIgnoresLimit,
    CleanupIgnoresLimit,
    CleanupDeletesTooMuch,
    CleanupDeletesNothing,
}

/// A store with one fault.
#[derive(Debug)]
struct FaultyStore {
    inner: MemoryStore,
    fault: Fault,
}

impl FaultyStore {
    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
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
        self.inner.delete_login(id).await
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
        self.inner.delete_record(key).await
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
        match self.fault {
            Fault::CleanupIgnoresLimit => {
                self.inner.delete_expired(now, idle_before, u32::MAX).await
            }
            Fault::CleanupDeletesTooMuch => {
                let idle_before = idle_before + 600;
                self.inner.delete_expired(now, idle_before, limit).await
            }
            Fault::CleanupDeletesNothing => Ok(0),
            _ => self.inner.delete_expired(now, idle_before, limit).await,
        }
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping().await
    }
}

/// Returns whether the store passes the test.
fn passes(fault: Fault, clock: Clock, test: impl AsyncFnOnce(Contract)) -> bool {
    let open = || async move {
        let inner = MemoryStore::default();
        StoreUnderTest::new(Arc::new(FaultyStore { inner, fault }))
    };
    panic::catch_unwind(panic::AssertUnwindSafe(|| run(clock, open, test))).is_ok()
}

macro_rules! finds {
    ($($name:ident: $subject:ident::$test:ident, $fault:ident, $clock:ident;)+) => {$(
        #[test]
        fn $name() {
            let clock = Clock::$clock;
            assert!(!passes(Fault::$fault, clock, $subject::$test));
            // With the store of the tests above, only its fault is the reason.
            if clock == Clock::Injected {
                assert!(passes(Fault::None, clock, $subject::$test));
            }
        }
    )+};
}

finds! {
    an_overwritten_login_is_found: logins::a_login_never_overwrites_another, CreateLoginOverwrites, Injected;
    a_last_use_that_moves_back_is_found: logins::the_last_use_moves_forward_only_and_nothing_else_changes, MarkUsedMovesBack, Injected;
    a_login_that_a_late_use_creates_is_found: deletion::a_deleted_login_is_returned_once_and_never_comes_back, MarkUsedCreates, Injected;
    a_login_that_a_use_in_flight_creates_is_found: deletion::a_change_of_a_login_in_flight_does_not_bring_it_back, MarkUsedCreates, Injected;
    a_swap_without_a_version_is_found: swaps::tokens_change_by_compare_and_swap, SwapIgnoresVersion, Injected;
    two_swaps_that_both_succeed_are_found: swaps::of_twenty_swaps_at_once_one_succeeds, SwapReportsNoConflict, Injected;
    a_lease_of_two_holders_is_found: leases::a_lease_has_one_holder_at_a_time, LeaseIgnoresHolder, Injected;
    a_lease_of_twenty_holders_is_found: leases::of_twenty_replicas_that_want_a_lease_one_gets_it, LeaseIgnoresHolder, Injected;
    a_hidden_abandonment_is_found: leases::an_abandoned_lease_is_reported_once, LeaseHidesAbandonment, Injected;
    a_hidden_expiry_of_a_lease_is_found: leases::a_lease_ends_at_the_second_until_which_it_was_acquired, LeaseHidesAbandonment, Injected;
    a_lease_that_another_holder_releases_is_found: leases::a_lease_has_one_holder_at_a_time, EndLeaseIgnoresHolder, Injected;
    a_login_that_remains_is_found: deletion::of_twenty_deletions_at_once_one_returns_the_login, DeleteLoginKeepsIt, Injected;
    a_lease_that_outlasts_its_login_is_found: leases::a_deleted_login_takes_its_lease_with_it, DeleteLoginKeepsIt, Injected;
    an_overwritten_record_is_found: records::a_record_is_created_once_and_changed_only_while_it_exists, CreateRecordOverwrites, Injected;
    records_that_overwrite_each_other_are_found: records::of_twenty_records_with_one_key_one_is_created, CreateRecordOverwrites, Injected;
    a_record_that_an_update_creates_is_found: records::a_record_is_created_once_and_changed_only_while_it_exists, UpdateRecordCreates, Injected;
    a_record_that_a_save_in_flight_creates_is_found: deletion::a_save_of_a_record_in_flight_does_not_bring_it_back, UpdateRecordCreates, Injected;
    an_expired_record_that_is_loaded_is_found: expiry::an_expired_record_is_not_loaded_and_opens_no_session, LoadRecordIgnoresExpiry, Injected;
    a_record_that_expires_late_is_found: expiry::a_record_expires_at_the_second_of_its_expiry, LoadRecordIgnoresExpiry, Injected;
    a_session_without_a_record_is_found: records::a_session_exists_if_its_record_and_its_login_exist, CheckSessionIgnoresRecord, Injected;
    a_transaction_that_is_accepted_twice_is_found: transactions::a_transaction_is_consumed_once, TransactionsAreForgotten, Injected;
    a_transaction_that_twenty_consume_is_found: transactions::of_twenty_consumers_of_a_transaction_one_succeeds, TransactionsAreForgotten, Injected;
    the_logins_of_another_issuer_are_found: find_logins::the_logins_of_a_user_and_of_a_provider_session_are_found_and_the_latest_is_first, FindLoginsIgnoresIssuer, Injected;
    more_logins_than_the_limit_are_found: find_logins::the_logins_of_a_user_and_of_a_provider_session_are_found_and_the_latest_is_first, FindLoginsIgnoresLimit, Injected;
    a_cleanup_without_a_limit_is_found: cleanup::a_cleanup_deletes_no_more_than_its_limit, CleanupIgnoresLimit, Injected;
    a_cleanup_of_sessions_in_use_is_found: cleanup::expired_and_idle_rows_are_deleted_and_nothing_else, CleanupDeletesTooMuch, Injected;
    a_cleanup_that_does_nothing_is_found: cleanup::cleanups_of_several_replicas_at_once_succeed, CleanupDeletesNothing, Injected;
    a_lease_by_the_clock_of_a_replica_ahead_is_found: clock_skew::a_replica_whose_clock_is_ahead_gets_no_lease_of_another, None, Server;
    a_lease_by_the_clock_of_a_replica_behind_is_found: clock_skew::a_lease_of_a_replica_whose_clock_is_behind_lasts, None, Server;
    a_lease_that_lasts_an_hour_longer_is_found: clock_skew::a_lease_of_a_replica_whose_clock_is_ahead_ends_in_time, None, Server;
    a_session_that_ends_early_is_found: clock_skew::a_replica_whose_clock_is_ahead_still_finds_sessions_that_live, None, Server;
    a_session_that_ends_late_is_found: clock_skew::a_replica_whose_clock_is_behind_finds_no_session_that_ended, None, Server;
    a_cleanup_by_the_clock_of_a_replica_is_found: clock_skew::a_replica_whose_clock_is_ahead_deletes_nothing_that_lives, None, Server;
}
