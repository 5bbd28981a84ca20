//! A cached access token of a service that the user has connected.

use serde::{Deserialize, Serialize};

/// An access token of a service, with the request.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CachedConnectionToken {
    pub(crate) connection: String,
    pub(crate) login_hint: Option<String>,
    pub(crate) token: String,
    pub(crate) scope: Vec<String>,
    /// In seconds since 1970.
    pub(crate) obtained_at: i64,
    /// In seconds since 1970. A token without it is not cached.
    pub(crate) expires_at: Option<i64>,
}

impl CachedConnectionToken {
    /// Returns whether this is the token of the account `login_hint` of `connection`.
    pub(super) fn is_of(&self, connection: &str, login_hint: Option<&str>) -> bool {
        self.connection == connection && self.login_hint.as_deref() == login_hint
    }

    /// Returns whether the remaining lifetime exceeds `buffer` seconds, or a fifth of the total lifetime if that is less.
    pub(super) fn is_fresh(&self, now: i64, buffer: i64) -> bool {
        self.expires_at
            .is_some_and(|end| end - now > buffer.min((end - self.obtained_at) / 5))
    }
}
