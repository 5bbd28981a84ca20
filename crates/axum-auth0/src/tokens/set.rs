//! The tokens of one login, as they lie sealed in the store.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::{
    backoff::{self, Backoff, CLOCK_LEEWAY},
    failure::FailureKind,
    held::{CachedToken, TokenRequest},
};
use crate::{
    config::{AudienceParameter, Config},
    diagnosis::Diagnosis,
    seal::{InvalidSeal, Keyring, Purpose},
    store::LoginId,
};

/// How many access tokens one login holds: one for each API, and some room for changed configurations.
const MAX_HELD: usize = 64;

/// How many of them have other scopes than those of the configuration. More are not asked for, but for one a minute.
const MAX_EXTRA: usize = 16;

/// How many tokens are remembered that the provider does not issue.
const MAX_WRONG: usize = 32;

/// For how many seconds no second token gives way to one with other scopes.
const EVICTION_PAUSE: i64 = 60;

/// What a login asked the provider for. Tokens of a login that asked for something else than today's configuration does
/// cannot be judged by it: a new login can.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RequestedGrant {
    audience: Option<String>,
    scope: Vec<String>,
    /// Whether by `resource` and not by `audience`.
    #[serde(default)]
    by_resource: bool,
}

impl RequestedGrant {
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            audience: config.audience().map(str::to_owned),
            scope: config.scope().to_vec(),
            by_resource: config.audience_parameter() == AudienceParameter::Resource,
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
    pub(crate) asked: Option<RequestedGrant>,
    pub(crate) held: Vec<CachedToken>,
    /// What the provider issued that could not be used, and why. A memory only: what another version wrote and this one
    /// cannot read is no reason to lose the refresh token.
    #[serde(default, deserialize_with = "readable")]
    pub(crate) wrong: Vec<RejectedToken>,
    /// The refreshes that failed in a row, and when the next one may be tried. A memory, too.
    #[serde(default, deserialize_with = "backoff::readable")]
    pub(crate) backoff: Option<Backoff>,
    /// When a token with extra scopes last gave way to another one, in seconds since 1970.
    #[serde(default)]
    pub(crate) evicted_at: i64,
    /// A refresh ended without an answer: whether the provider took the refresh token for used is not known.
    #[serde(default)]
    pub(crate) unsettled: bool,
    /// The application revoked the refresh token: the login ends with its access tokens, as was wanted.
    #[serde(default)]
    pub(crate) revoked: bool,
}

/// The tokens that a logout gives back, and shows.
#[derive(Default)]
pub(crate) struct LogoutTokens {
    pub(crate) refresh_token: Option<String>,
    pub(crate) id_token: Option<String>,
}

impl fmt::Debug for LogoutTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogoutTokens")
            .field("refreshable", &self.refresh_token.is_some())
            .finish_non_exhaustive()
    }
}

fn readable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<RejectedToken>, D::Error> {
    let all = Vec::<serde_json::Value>::deserialize(deserializer)?;
    let readable = all.into_iter().map(serde_json::from_value);
    Ok(readable.filter_map(Result::ok).collect())
}

/// The memory of a token that was not what was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RejectedToken {
    pub(crate) audience: String,
    pub(crate) requested: Vec<String>,
    pub(crate) at: i64,
    pub(crate) diagnosis: Diagnosis,
    /// How often it was asked for again since.
    #[serde(default)]
    failures: u32,
    /// When it may be asked for again, in seconds since 1970.
    #[serde(default)]
    pub(crate) retry_at: i64,
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

    /// What a logout needs, read from a set of another version, too.
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

    /// Holds `token` instead of the one that was asked for in the same way.
    pub(crate) fn hold(&mut self, token: CachedToken) {
        self.forget(&token.audience, &token.requested);
        let (is_extra, now) = (token.is_extra, token.obtained_at);
        self.held.push(token);
        if is_extra && self.extra().count() > MAX_EXTRA {
            let ended = |held: &CachedToken| held.is_extra && !held.is_in_use(now);
            let position = self.held.iter().position(ended).or_else(|| {
                self.evicted_at = now;
                self.held.iter().position(|held| held.is_extra)
            });
            position.map(|position| self.held.remove(position));
        }
        if self.held.len() > MAX_HELD {
            self.held.remove(0);
        }
    }

    /// Remembers that the provider issued something else; what is held stays, and may be good for a while yet.
    pub(crate) fn record_rejection(
        &mut self,
        want: &TokenRequest<'_>,
        diagnosis: Diagnosis,
        now: i64,
    ) {
        self.note(want, diagnosis, FailureKind::RejectedToken, now);
    }

    /// Remembers why there is no such token, and returns when it may be asked for again.
    pub(super) fn note(
        &mut self,
        want: &TokenRequest<'_>,
        diagnosis: Diagnosis,
        kind: FailureKind,
        now: i64,
    ) -> i64 {
        let is_same =
            |old: &RejectedToken| old.audience == want.audience && old.requested == want.scope;
        let failures = self
            .wrong
            .iter()
            .find(|old| is_same(old))
            // A wrong token of the login itself counts as no failure yet: the first refresh may be better.
            .map_or(u32::from(kind != FailureKind::RejectedToken), |old| {
                old.failures.saturating_add(1)
            });
        self.wrong.retain(|old| !is_same(old));
        let retry_at = now.saturating_add(backoff::pause(kind, failures));
        self.wrong.push(RejectedToken {
            audience: want.audience.to_owned(),
            requested: want.scope.clone(),
            at: now,
            diagnosis,
            failures,
            retry_at,
        });
        if self.wrong.len() > MAX_WRONG {
            self.wrong.remove(0);
        }
        retry_at
    }

    /// When a token with other scopes than those of the configuration may be asked for, if not now: a caller that asks for
    /// ever other combinations gets no more tokens than the login holds, and one more a minute.
    pub(crate) fn is_crowded(&self, want: &TokenRequest<'_>, now: i64) -> Option<i64> {
        let is_new = |audience: &str, requested: &[String]| {
            audience != want.audience || requested != want.scope
        };
        if !want.is_extra() || self.find(want).is_some() {
            return None;
        }
        let in_use = self.extra().filter(|held| held.is_in_use(now)).count();
        let refused: Vec<_> = self
            .wrong
            .iter()
            .filter(|wrong| is_new(&wrong.audience, &wrong.requested) && wrong.retry_at > now)
            .map(|wrong| wrong.retry_at)
            .collect();
        let until_evicted = self.evicted_at.saturating_add(EVICTION_PAUSE);
        if in_use >= MAX_EXTRA && until_evicted > now && self.evicted_at <= now {
            return Some(until_evicted);
        }
        (refused.len() >= MAX_EXTRA)
            .then(|| refused.into_iter().min())
            .flatten()
    }

    fn extra(&self) -> impl Iterator<Item = &CachedToken> {
        self.held.iter().filter(|held| held.is_extra)
    }

    pub(crate) fn find(&self, want: &TokenRequest<'_>) -> Option<&CachedToken> {
        self.held.iter().find(|held| held.fits(want))
    }

    /// Why it is no use to ask the provider for such a token just now.
    pub(crate) fn recent_rejection(
        &self,
        want: &TokenRequest<'_>,
        now: i64,
    ) -> Option<&RejectedToken> {
        self.wrong
            .iter()
            .find(|wrong| wrong.audience == want.audience && wrong.requested == want.scope)
            .filter(|wrong| (wrong.at - CLOCK_LEEWAY..wrong.retry_at).contains(&now))
    }

    fn forget(&mut self, audience: &str, requested: &[String]) {
        self.held
            .retain(|old| old.audience != audience || old.requested != requested);
        self.wrong
            .retain(|old| old.audience != audience || old.requested != requested);
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_memory_that_another_version_wrote_does_not_cost_the_refresh_token() {
        let written = serde_json::json!({
            "refresh_token": "r",
            "id_token": null,
            "asked": null,
            "held": [],
            "wrong": [{
                "audience": "a",
                "requested": [],
                "at": 1,
                "diagnosis": { "code": "a_cause_of_the_future", "cause": "c", "fix": "f" },
            }],
        });
        let set: TokenSet = serde_json::from_value(written).unwrap();
        assert_eq!(set.refresh_token.as_deref(), Some("r"));
        assert!(set.wrong.is_empty());
    }

    #[test]
    fn a_logout_reads_the_tokens_of_a_set_that_another_version_wrote() {
        let secrets = ["a secret of at least 32 bytes, for a test".into()];
        let keys = Keyring::new(&secrets, crate::random::SystemRandom::shared());
        let id: LoginId = serde_json::from_value(vec![7; 16].into()).unwrap();
        for (plain, refresh_token, id_token) in [
            (
                r#"{"refresh_token":"r","id_token":"i","held":"of the future"}"#,
                Some("r"),
                Some("i"),
            ),
            (r#"{"refresh_token":"r"}"#, Some("r"), None),
            (
                r#"{"refresh_token":{"sealed":"r"},"id_token":"i"}"#,
                None,
                Some("i"),
            ),
            ("[]", None, None),
        ] {
            let sealed = keys.seal(Purpose::Tokens, id.as_bytes(), plain.as_bytes());
            assert!(TokenSet::open(&keys, &id, &sealed).is_err(), "{plain}");
            let tokens = TokenSet::open_for_logout(&keys, &id, &sealed).unwrap();
            assert_eq!(tokens.refresh_token.as_deref(), refresh_token, "{plain}");
            assert_eq!(tokens.id_token.as_deref(), id_token, "{plain}");
        }
        for sealed in [&b""[..], b"x", &[1; 200]] {
            assert!(TokenSet::open_for_logout(&keys, &id, sealed).is_err());
        }
    }
}
