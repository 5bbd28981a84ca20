//! A login as a request found it, with its opened tokens.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use super::token_set::TokenSet;
use crate::{
    seal::Keyring,
    store::{LoginId, LoginRecord},
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
}

impl LoginSnapshot {
    pub(crate) fn new(login: Arc<OpenedLogin>, checked_at: i64) -> Self {
        Self { login, checked_at }
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
