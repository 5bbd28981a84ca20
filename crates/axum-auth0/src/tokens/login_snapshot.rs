//! A login as a request found it, with its opened tokens.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use super::{token_set::TokenSet, token_set_store::TokenSetStore};
use crate::{
    seal::Keyring,
    store::{LoginId, LoginRecord, StoreError},
};

/// How long a request uses what it found, in seconds. A longer one, such as an event stream, reads the store again.
const MAX_AGE: i64 = 5;

/// A login as it is in the store at one version. Requests share it until the version changes.
pub(crate) struct OpenedLogin {
    pub(crate) record: LoginRecord,
    /// Opened at the first use, because most pages need no token. `None` if the tokens are unreadable.
    tokens: OnceLock<Option<TokenSet>>,
}

impl OpenedLogin {
    pub(crate) fn new(record: LoginRecord) -> Self {
        Self {
            record,
            tokens: OnceLock::new(),
        }
    }

    fn tokens(&self, keys: &Keyring) -> Option<&TokenSet> {
        let open = || TokenSet::open(keys, &self.record.id, &self.record.tokens).ok();
        self.tokens.get_or_init(open).as_ref()
    }
}

impl fmt::Debug for OpenedLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenedLogin({:?})", self.record.id)
    }
}

/// A login whose version a request has compared with that in the store.
#[derive(Clone)]
pub(crate) struct LoginSnapshot {
    login: Arc<OpenedLogin>,
    /// Time of the comparison, in seconds since 1970.
    checked_at: i64,
    /// The key of the session's record, if the request relies on the comparison of an earlier one.
    unread: Option<[u8; 32]>,
}

impl LoginSnapshot {
    pub(crate) fn new(login: Arc<OpenedLogin>, checked_at: i64) -> Self {
        Self {
            login,
            checked_at,
            unread: None,
        }
    }

    /// Creates the snapshot of a request that did not read the store, because it reported no change of the session with
    /// this `record`. A change of the last second may be missing.
    pub(crate) fn unread(login: Arc<OpenedLogin>, now: i64, record: [u8; 32]) -> Self {
        Self {
            unread: Some(record),
            ..Self::new(login, now)
        }
    }

    /// Returns the login as it was opened. Its last use may have moved since.
    pub(crate) fn record(&self) -> &LoginRecord {
        &self.login.record
    }

    pub(crate) fn id(&self) -> LoginId {
        self.login.record.id
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.login.record.issuer
    }

    pub(crate) fn subject(&self) -> &str {
        &self.login.record.subject
    }

    /// Returns the tokens of the snapshot if they are those in the store at this moment, or when the request read it.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub(super) async fn latest_tokens(
        &self,
        sets: &TokenSetStore,
        now: i64,
    ) -> Result<Option<&TokenSet>, StoreError> {
        if let Some(record) = &self.unread {
            let current = sets.store.check_session(record, &self.id(), now).await?;
            let version = self.login.record.version;
            if current.is_none_or(|current| current.version != version) {
                return Ok(None);
            }
        }
        Ok(self.tokens(&sets.keys, now))
    }

    /// Returns the tokens, unless they have to be read from the store.
    pub(super) fn tokens(&self, keys: &Keyring, now: i64) -> Option<&TokenSet> {
        let is_recent = (0..=MAX_AGE).contains(&(now - self.checked_at));
        is_recent.then(|| self.login.tokens(keys)).flatten()
    }
}

impl fmt::Debug for LoginSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LoginSnapshot({:?})", self.id())
    }
}
