//! Storage of logins and their tokens.
//!
//! A login is one row with creation time, last use, expiry, and the sealed tokens with a version. Tokens change by
//! compare-and-swap. No change re-creates a deleted row. The same rule applies to records of tower-sessions.

mod changes;
mod memory;
mod observed;
mod rows;

use std::{fmt, sync::Arc};

use async_trait::async_trait;

pub use self::{
    changes::{ChangeFeed, StoreChange},
    memory::MemoryStore,
    observed::{ObservedStore, StoreObserver},
    rows::{LoginFilter, LoginId, LoginRecord, LoginState},
};

/// Result of a compare-and-swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CasOutcome {
    /// The tokens were replaced.
    Swapped,
    /// The version differs: another process replaced them first.
    Conflict,
    /// The login does not exist.
    Missing,
}

/// Result of acquiring the refresh lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseOutcome {
    /// The caller may refresh.
    Acquired {
        /// The lease of the previous holder expired without a release: the holder crashed or lost its connection to the
        /// store. The provider may have received its request.
        abandoned: bool,
    },
    /// Another holder has the lease.
    HeldElsewhere,
    /// The login does not exist.
    LoginMissing,
}

/// The identifier of one refresh in the store.
pub type LeaseHolder = [u8; 16];

/// The error of a failed store operation. The message is for the log.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the session store failed: {0}")]
pub struct StoreError(pub String);

/// A store for logins and for records of tower-sessions.
///
/// Times are in seconds since 1970-01-01T00:00:00Z. Every method returns [`StoreError`] if the store does not respond.
/// Every implementation passes the same tests, the module `contract` of `axum-auth0-stores`.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Adds a login.
    async fn create_login(&self, row: LoginRecord) -> Result<(), StoreError>;

    /// Returns the login, including an expired one.
    async fn load_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError>;

    /// Sets the time of the last use. Never creates a login.
    async fn mark_used(&self, id: &LoginId, now: i64) -> Result<(), StoreError>;

    /// Acquires the refresh lease for `holder` until `until`, unless another holder has it at `now`. Renews the lease
    /// if `holder` already has it.
    ///
    /// The lease also records, before the request to the provider, that a refresh is in progress. It is not a fence:
    /// the compare-and-swap of a holder whose lease expired fails. A store for replicas on several hosts uses its own
    /// clock instead of `now`.
    async fn lease_login(
        &self,
        id: &LoginId,
        holder: &LeaseHolder,
        now: i64,
        until: i64,
    ) -> Result<LeaseOutcome, StoreError>;

    /// Releases the lease, if `holder` has it.
    async fn end_lease(&self, id: &LoginId, holder: &LeaseHolder) -> Result<(), StoreError>;

    /// Replaces the tokens if their version is `expected`, and increments the version.
    async fn swap_tokens(
        &self,
        id: &LoginId,
        expected: i64,
        tokens: Vec<u8>,
    ) -> Result<CasOutcome, StoreError>;

    /// Deletes the login and returns it.
    async fn delete_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError>;

    /// Adds a record of tower-sessions with the hash of its identifier as the key. Returns `false` if the key exists.
    async fn create_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError>;

    /// Replaces a record. Never creates one: returns `false` if it does not exist.
    async fn update_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError>;

    /// Returns the record, unless it expired before `now`.
    async fn load_record(&self, key: &[u8; 32], now: i64) -> Result<Option<Vec<u8>>, StoreError>;

    /// Returns the state of the login, if both the login and the record with `key` exist, and the record did not expire
    /// before `now`.
    ///
    /// This is the only read of most requests: what it does not return is cached. A store that reports its changes
    /// ([`subscribe`](Self::subscribe)) is read less often. The default implementation reads the
    /// whole rows; a store with a query language answers with one query.
    async fn check_session(
        &self,
        key: &[u8; 32],
        login: &LoginId,
        now: i64,
    ) -> Result<Option<LoginState>, StoreError> {
        if self.load_record(key, now).await?.is_none() {
            return Ok(None);
        }
        Ok(self.load_login(login).await?.as_ref().map(LoginState::from))
    }

    /// Deletes the record, if it exists.
    async fn delete_record(&self, key: &[u8; 32]) -> Result<(), StoreError>;

    /// Marks a login transaction as used until `expires_at`. Returns `false` if it was used before.
    async fn consume_transaction(
        &self,
        key: &[u8; 32],
        expires_at: i64,
    ) -> Result<bool, StoreError>;

    /// Returns the logins that `filter` describes, including expired ones: the latest `created_at` first, and at most
    /// `limit`.
    async fn find_logins(
        &self,
        filter: LoginFilter<'_>,
        limit: u32,
    ) -> Result<Vec<LoginRecord>, StoreError>;

    /// Returns the number of logins, including expired ones that are not deleted yet. `None` if the store cannot count them
    /// cheaply, as by default.
    async fn count_logins(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }

    /// Deletes rows that expired before `now` and logins that were not used since `idle_before`, at most `limit` rows
    /// of each kind. Returns the number of deleted rows.
    async fn delete_expired(
        &self,
        now: i64,
        idle_before: i64,
        limit: u32,
    ) -> Result<u64, StoreError>;

    /// Checks that the store responds.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Subscribes to the changes by all processes. A change that completes after this method returned is reported.
    ///
    /// With a feed, [`check_session`](Self::check_session) is called about once a minute for each session in use instead of
    /// once for each request. `None` if the store reports no changes, as by default.
    async fn subscribe(&self) -> Result<Option<Box<dyn ChangeFeed>>, StoreError> {
        Ok(None)
    }
}

/// A shared store.
pub type SharedStore = Arc<dyn Store>;
