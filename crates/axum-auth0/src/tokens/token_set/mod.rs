//! The tokens of one login, as sealed in the store.

mod rejected_token;
mod requested_grant;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) use self::{rejected_token::RejectedToken, requested_grant::RequestedGrant};
use super::{
    backoff::{self, Backoff},
    cached_connection_token::CachedConnectionToken,
    cached_token::CachedToken,
    failure::FailureKind,
    token_request::TokenRequest,
};
use crate::{
    diagnosis::Diagnosis,
    dpop::DpopKey,
    seal::{InvalidSeal, Keyring, Purpose},
    store::LoginId,
};

/// Maximum number of cached access tokens: one per API, with room for changed configurations.
const MAX_CACHED: usize = 64;

/// Maximum number of cached tokens with extra scopes. Beyond it, one token per minute is requested.
const MAX_EXTRA: usize = 16;

/// Maximum number of rejected tokens that are kept.
const MAX_REJECTED: usize = 32;

/// Minimum time between two evictions of a token with extra scopes, in seconds.
const EVICTION_INTERVAL: i64 = 60;

/// All tokens of one login, and the application's data of its session.
///
/// The names in the store are older than the names of the fields. They are kept, so that sessions survive an update.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct TokenSet {
    pub(crate) refresh_token: Option<String>,
    /// Used as `id_token_hint` at logout, and compared with a refreshed ID token.
    pub(crate) id_token: Option<String>,
    /// The key of the login, with whose proofs it refreshes its tokens (RFC 9449).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dpop_key: Option<DpopKey>,
    #[serde(rename = "asked")]
    pub(crate) requested_grant: Option<RequestedGrant>,
    #[serde(rename = "held")]
    pub(crate) cached: Vec<CachedToken>,
    /// The tokens for other APIs in exchange for that of the login. A set of their own, so that a refresh does not return them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) exchanged: Option<Box<Self>>,
    /// Tokens of connected services.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) connection_tokens: Vec<CachedConnectionToken>,
    /// Negative cache. An unreadable entry of another version is skipped, so that it does not cost the refresh token.
    #[serde(
        rename = "wrong",
        default,
        deserialize_with = "rejected_token::deserialize_readable"
    )]
    pub(crate) rejected: Vec<RejectedToken>,
    /// Consecutive refresh failures. Absent if unreadable.
    #[serde(default, deserialize_with = "backoff::deserialize_readable")]
    pub(crate) backoff: Option<Backoff>,
    /// Time of the last eviction of a token with extra scopes, in seconds since 1970.
    #[serde(default)]
    pub(crate) evicted_at: i64,
    /// Whether a refresh had no response, so the provider may have consumed the refresh token.
    #[serde(rename = "unsettled", default)]
    pub(crate) refresh_outcome_unknown: bool,
    /// Whether the application revoked the refresh token. The login ends when its access tokens expire.
    #[serde(default)]
    pub(crate) revoked: bool,
    /// The application's data of the session. It is here because the row changes by compare-and-swap.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) app_data: Map<String, Value>,
}

/// The tokens that a logout revokes or sends.
#[derive(Default)]
pub(crate) struct LogoutTokens {
    pub(crate) refresh_token: Option<String>,
    pub(crate) id_token: Option<String>,
}

impl fmt::Debug for LogoutTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogoutTokens")
            .field("has_refresh_token", &self.refresh_token.is_some())
            .finish_non_exhaustive()
    }
}

impl TokenSet {
    pub(crate) fn seal(&self, keys: &Keyring, id: &LoginId) -> Vec<u8> {
        let plain = serde_json::to_vec(self).expect("strings and numbers are always JSON");
        keys.seal(Purpose::Tokens, id.as_bytes(), &plain)
    }

    pub(crate) fn open(keys: &Keyring, id: &LoginId, sealed: &[u8]) -> Result<Self, InvalidSeal> {
        let plain = keys.open(Purpose::Tokens, id.as_bytes(), sealed)?;
        serde_json::from_slice(&plain).map_err(|_| InvalidSeal)
    }

    /// Returns the tokens that a logout needs. Also reads sets of other versions.
    pub(crate) fn open_for_logout(
        keys: &Keyring,
        id: &LoginId,
        sealed: &[u8],
    ) -> Result<LogoutTokens, InvalidSeal> {
        let plain = keys.open(Purpose::Tokens, id.as_bytes(), sealed)?;
        let set: serde_json::Value = serde_json::from_slice(&plain).map_err(|_| InvalidSeal)?;
        let text = |name: &str| set.get(name)?.as_str().map(str::to_owned);
        Ok(LogoutTokens {
            refresh_token: text("refresh_token"),
            id_token: text("id_token"),
        })
    }

    /// Returns the cached token for `request`.
    pub(crate) fn find(&self, request: &TokenRequest<'_>) -> Option<&CachedToken> {
        self.cached.iter().find(|cached| cached.matches(request))
    }

    /// Caches `token`. It replaces the token and the rejection of the same request.
    pub(crate) fn insert(&mut self, token: CachedToken) {
        let is_same = |audience: &str, requested: &[String]| {
            audience == token.audience && requested == token.requested
        };
        self.cached
            .retain(|old| !is_same(&old.audience, &old.requested));
        self.rejected
            .retain(|old| !is_same(&old.audience, &old.requested));
        let (is_extra, now) = (token.is_extra, token.obtained_at);
        self.cached.push(token);
        if is_extra && self.extra().count() > MAX_EXTRA {
            let has_ended = |cached: &CachedToken| cached.is_extra && !cached.is_in_use(now);
            let position = self.cached.iter().position(has_ended).or_else(|| {
                self.evicted_at = now;
                self.cached.iter().position(|cached| cached.is_extra)
            });
            position.map(|position| self.cached.remove(position));
        }
        if self.cached.len() > MAX_CACHED {
            self.cached.remove(0);
        }
    }

    /// Records that the provider issued a token that differs from the requested one. A cached token is kept, because it
    /// may still be valid.
    pub(crate) fn record_rejection(
        &mut self,
        request: &TokenRequest<'_>,
        diagnosis: Diagnosis,
        now: i64,
    ) {
        self.record_failure(request, diagnosis, FailureKind::RejectedToken, now);
    }

    /// Records why the requested token is unavailable.
    pub(super) fn record_failure(
        &mut self,
        request: &TokenRequest<'_>,
        diagnosis: Diagnosis,
        kind: FailureKind,
        now: i64,
    ) {
        let previous = self.rejected.iter().find(|old| old.matches(request));
        let rejected = RejectedToken::after(previous, request, diagnosis, kind, now);
        self.rejected.retain(|old| !old.matches(request));
        self.rejected.push(rejected);
        if self.rejected.len() > MAX_REJECTED {
            self.rejected.remove(0);
        }
    }

    /// Returns the rejection that currently prevents requesting this token again.
    pub(crate) fn recent_rejection(
        &self,
        request: &TokenRequest<'_>,
        now: i64,
    ) -> Option<&RejectedToken> {
        self.rejected
            .iter()
            .find(|rejected| rejected.matches(request))
            .filter(|rejected| rejected.is_recent(now))
    }

    /// Returns when a new token with extra scopes may be requested, in seconds since 1970; `None` if it may be now.
    ///
    /// A caller that keeps changing the scopes gets [`MAX_EXTRA`] tokens, and then one per minute.
    pub(crate) fn extra_scopes_retry_at(
        &self,
        request: &TokenRequest<'_>,
        now: i64,
    ) -> Option<i64> {
        if !request.is_extra() || self.find(request).is_some() {
            return None;
        }
        let in_use = self.extra().filter(|cached| cached.is_in_use(now)).count();
        let next_eviction = self.evicted_at.saturating_add(EVICTION_INTERVAL);
        if in_use >= MAX_EXTRA && next_eviction > now && self.evicted_at <= now {
            return Some(next_eviction);
        }
        let rejected: Vec<_> = self
            .rejected
            .iter()
            .filter(|rejected| !rejected.matches(request) && rejected.retry_at > now)
            .map(|rejected| rejected.retry_at)
            .collect();
        (rejected.len() >= MAX_EXTRA)
            .then(|| rejected.into_iter().min())
            .flatten()
    }

    fn extra(&self) -> impl Iterator<Item = &CachedToken> {
        self.cached.iter().filter(|cached| cached.is_extra)
    }
}

impl fmt::Debug for TokenSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSet")
            .field("has_refresh_token", &self.refresh_token.is_some())
            .field("cached", &self.cached)
            .finish_non_exhaustive()
    }
}
