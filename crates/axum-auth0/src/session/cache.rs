//! Sessions that this process has opened, so that requests of an unchanged session neither decrypt nor parse it again.
//!
//! A cached session is used after its version was compared with that in the store, once per request: a logout or a refresh
//! by any process is seen by the next request. If the store reports its changes, the comparison of an earlier request is
//! used while it is valid ([`ChangeTracker`](super::changes::ChangeTracker)).

use std::{fmt, sync::Arc};

use quick_cache::{Weighter, sync::Cache};
use serde_json::{Map, Value};

use super::{
    changes::ReadStamp,
    data::{LoginContext, ProviderSession, SessionData},
    expiry::SessionTimes,
};
use crate::{
    store::{LoginId, LoginRecord, LoginState},
    tokens::OpenedLogin,
};

/// Maximum size of all cached sessions in bytes, approximately: 3,000 sessions with tokens for two APIs.
const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// Size of the claims and the other fields of a session, in bytes. Larger claims are rare.
const SIZE_WITHOUT_TOKENS: u64 = 4 * 1024;

/// An opened session and its login.
#[derive(Debug)]
pub(super) struct OpenedSession {
    pub(super) identity: SessionIdentity,
    pub(super) login: Arc<OpenedLogin>,
}

/// A session as a read of the store found it.
#[derive(Clone, Debug)]
pub(super) struct CachedSession {
    pub(super) session: Arc<OpenedSession>,
    pub(super) state: LoginState,
    pub(super) read: ReadStamp,
}

impl CachedSession {
    /// Returns the times that the end of the session follows from.
    pub(super) fn times(&self) -> SessionTimes {
        let OpenedSession { identity, login } = self.session.as_ref();
        SessionTimes::new(login.record.created_at, self.state, identity.provider_end)
    }
}

/// Whose session it is. It does not change as long as the record exists.
#[derive(Debug)]
pub(super) struct SessionIdentity {
    pub(super) login: LoginId,
    pub(super) issuer: String,
    pub(super) claims: Arc<Map<String, Value>>,
    /// The end that the provider sets, in seconds since 1970.
    pub(super) provider_end: Option<i64>,
    pub(super) context: Arc<LoginContext>,
    provider_session: Option<ProviderSession>,
}

impl SessionIdentity {
    /// Returns whether the session was created together with `row`. The record is sealed; the columns of the row are
    /// not.
    pub(super) fn matches(&self, row: &LoginRecord) -> bool {
        // Rows of earlier versions have no issuer.
        (row.issuer == self.issuer || row.issuer.is_empty())
            && self.claims.get("sub").and_then(Value::as_str) == Some(&row.subject)
            && self
                .provider_session
                .as_ref()
                .is_none_or(|session| session.sid == row.provider_session)
    }
}

impl From<SessionData> for SessionIdentity {
    fn from(data: SessionData) -> Self {
        Self {
            login: data.login,
            issuer: data.issuer,
            claims: Arc::new(data.claims),
            provider_end: data.provider_end,
            context: Arc::new(data.context),
            provider_session: data.provider_session,
        }
    }
}

/// The sessions that were used last, by the hashes of their identifiers.
pub(super) struct SessionCache(Cache<[u8; 32], CachedSession, BySize>);

impl Default for SessionCache {
    fn default() -> Self {
        Self(Cache::with_weighter(1_024, MAX_BYTES, BySize))
    }
}

impl SessionCache {
    pub(super) fn get(&self, key: &[u8; 32]) -> Option<CachedSession> {
        self.0.get(key)
    }

    pub(super) fn insert(&self, key: [u8; 32], session: CachedSession) {
        self.0.insert(key, session);
    }

    pub(super) fn remove(&self, key: &[u8; 32]) {
        self.0.remove(key);
    }

    pub(super) fn clear(&self) {
        self.0.clear();
    }
}

impl fmt::Debug for SessionCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionCache({})", self.0.len())
    }
}

#[derive(Clone, Debug)]
struct BySize;

impl Weighter<[u8; 32], CachedSession> for BySize {
    fn weight(&self, _: &[u8; 32], cached: &CachedSession) -> u64 {
        // Sealed and opened tokens have about the same size.
        SIZE_WITHOUT_TOKENS + 2 * cached.session.login.record.tokens.len() as u64
    }
}
