//! The tokens of one login, as they lie sealed in the store.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::held::HeldToken;
use crate::{
    config::Config,
    seal::{Keyring, NotOurs, Purpose},
    stores::LoginId,
};

/// How many access tokens one login holds: one for each API, and some room for changed configurations.
const MAX_HELD: usize = 16;

/// What a login asked the provider for. Tokens of a login that asked for something else than today's configuration does
/// cannot be judged by it: a new login can.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    audience: Option<String>,
    scope: Vec<String>,
}

impl Asked {
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            audience: config.audience.clone(),
            scope: config.scope.clone(),
        }
    }

    pub(crate) fn offline_access(&self) -> bool {
        self.scope.iter().any(|scope| scope == "offline_access")
    }
}

/// All tokens of one login.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct TokenSet {
    pub(crate) refresh_token: Option<String>,
    /// Kept for `id_token_hint` at logout, and to compare a refreshed one with.
    pub(crate) id_token: Option<String>,
    pub(crate) asked: Option<Asked>,
    pub(crate) held: Vec<HeldToken>,
}

impl TokenSet {
    pub(crate) fn seal(&self, keys: &Keyring, id: &LoginId) -> Vec<u8> {
        let plain = serde_json::to_vec(self).expect("strings and numbers are always JSON");
        keys.seal(Purpose::Tokens, id.as_bytes(), &plain)
    }

    pub(crate) fn open(keys: &Keyring, id: &LoginId, sealed: &[u8]) -> Result<Self, NotOurs> {
        let plain = keys.open(Purpose::Tokens, id.as_bytes(), sealed)?;
        serde_json::from_slice(&plain).map_err(|_| NotOurs)
    }

    /// Holds `token`, in the place of the one that was asked for in the same way.
    pub(crate) fn hold(&mut self, token: HeldToken) {
        self.held
            .retain(|old| old.audience != token.audience || old.requested != token.requested);
        self.held.push(token);
        if self.held.len() > MAX_HELD {
            self.held.remove(0);
        }
    }
}

impl fmt::Debug for TokenSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSet")
            .field("refreshable", &self.refresh_token.is_some())
            .field("held", &self.held)
            .finish_non_exhaustive()
    }
}
