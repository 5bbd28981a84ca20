//! Where logins and their tokens are kept.
//!
//! A login is one row: when it began, when it was last seen, when it ends, and its sealed tokens with a version.
//! Tokens change by compare-and-swap; a deleted row is never created again by a change. Records of tower-sessions
//! live beside it with the same rule.

mod memory;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

pub use self::memory::MemoryStore;
use crate::random::{self, RandomSource};

/// Identifies a login inside the process and the store. Not a secret: it opens nothing without the session's cookie.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LoginId([u8; 16]);

impl LoginId {
    /// Draws a new identifier.
    pub fn random(random: &dyn RandomSource) -> Self {
        Self(random::bytes(random))
    }

    /// Returns the identifier with these bytes, as a store kept them.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The identifier's bytes, as a key for a store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Enough to follow one login through a log.
impl fmt::Debug for LoginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in &self.0[..4] {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// A login at rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginRecord {
    /// The row's key.
    pub id: LoginId,
    /// The user at the provider; together with the configured issuer the identity of the person.
    pub subject: String,
    /// The provider's session, where it names one.
    pub provider_session: Option<String>,
    /// When the login began, in seconds since 1970.
    pub created_at: i64,
    /// When the login was last used, in seconds since 1970; written at most once a minute.
    pub last_seen_at: i64,
    /// When the login ends whatever happens, in seconds since 1970.
    pub expires_at: i64,
    /// Counts the changes of `tokens`.
    pub version: i64,
    /// The sealed tokens.
    pub tokens: Vec<u8>,
}

/// What became of a compare-and-swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CasOutcome {
    /// The tokens were replaced.
    Swapped,
    /// Somebody else replaced them first.
    Conflict,
    /// There is no such login (any more).
    Missing,
}

/// What became of the wish to refresh a login's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseOutcome {
    /// The caller may refresh.
    Acquired {
        /// Whoever had the lease before let it run out instead of giving it back: they were killed, or lost the store,
        /// and nobody knows whether the provider saw their request.
        abandoned: bool,
    },
    /// Somebody else refreshes.
    HeldElsewhere,
    /// There is no such login (any more).
    LoginMissing,
}

/// Identifies one refresh to the store.
pub type LeaseHolder = [u8; 16];

/// The store did not answer, or not sensibly. The message is for the log.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the session store failed: {0}")]
pub struct StoreError(pub String);

/// A store for logins and for records of tower-sessions.
///
/// Every implementation passes the same suite, `tests/stores.rs`.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Adds a login.
    async fn create_login(&self, row: LoginRecord) -> Result<(), StoreError>;

    /// The login, expired or not.
    async fn load_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError>;

    /// Notes that the login was used at `now`. Never creates one.
    async fn mark_used(&self, id: &LoginId, now: i64) -> Result<(), StoreError>;

    /// Lets `holder` refresh the login's tokens until `until`, where nobody else may at `now` (both in seconds since 1970);
    /// prolongs the lease of the same holder.
    ///
    /// The lease is also the note, made before the provider is asked, that a refresh is under way. It is no fence: a
    /// holder whose lease ran out finds its compare-and-swap refused. A store for replicas on several machines takes its
    /// own clock's time in the place of `now`.
    async fn lease_login(
        &self,
        id: &LoginId,
        holder: &LeaseHolder,
        now: i64,
        until: i64,
    ) -> Result<LeaseOutcome, StoreError>;

    /// Gives the lease back; nothing happens where `holder` does not have it.
    async fn end_lease(&self, id: &LoginId, holder: &LeaseHolder) -> Result<(), StoreError>;

    /// Replaces the tokens where their version still is `expected`, and counts the version up.
    async fn swap_tokens(
        &self,
        id: &LoginId,
        expected: i64,
        tokens: Vec<u8>,
    ) -> Result<CasOutcome, StoreError>;

    /// Deletes the login and returns what it was.
    async fn delete_login(&self, id: &LoginId) -> Result<Option<LoginRecord>, StoreError>;

    /// Adds a record of tower-sessions under the hash of its identifier; `false` where there is one already.
    async fn create_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError>;

    /// Replaces a record where it exists; `false` where it does not. Never creates one.
    async fn update_record(
        &self,
        key: &[u8; 32],
        record: Vec<u8>,
        expires_at: i64,
    ) -> Result<bool, StoreError>;

    /// The record, unless it expired before `now`.
    async fn load_record(&self, key: &[u8; 32], now: i64) -> Result<Option<Vec<u8>>, StoreError>;

    /// Deletes the record; nothing happens where there is none.
    async fn delete_record(&self, key: &[u8; 32]) -> Result<(), StoreError>;

    /// Remembers until `expires_at` that a login's transaction was used; `false` where it was used before.
    async fn consume_transaction(
        &self,
        key: &[u8; 32],
        expires_at: i64,
    ) -> Result<bool, StoreError>;

    /// Whether there is a login of `subject` that began at `since` or later, in seconds since 1970.
    async fn has_login_since(&self, subject: &str, since: i64) -> Result<bool, StoreError>;

    /// Deletes what ended before `now`, or what nobody used since `idle_before`: at most `limit` rows of each kind.
    async fn delete_expired(
        &self,
        now: i64,
        idle_before: i64,
        limit: u32,
    ) -> Result<u64, StoreError>;

    /// Answers where the store works.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// A store that many parts share.
pub type SharedStore = Arc<dyn Store>;
