//! The tokens of one login, as they lie sealed in the store.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::held::{HeldToken, Want};
use crate::{
    config::{AudienceParameter, Config},
    diagnosis::Diagnosis,
    seal::{Keyring, NotOurs, Purpose},
    stores::LoginId,
};

/// How many access tokens one login holds: one for each API, and some room for extra scopes and changed configurations.
const MAX_HELD: usize = 16;

/// For how many seconds a provider that issued a wrong token is not asked for it again.
const WRONG_GRACE: i64 = 30;

/// What a login asked the provider for. Tokens of a login that asked for something else than today's configuration does
/// cannot be judged by it: a new login can.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    audience: Option<String>,
    scope: Vec<String>,
    /// Whether by `resource` and not by `audience`.
    #[serde(default)]
    by_resource: bool,
}

impl Asked {
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            audience: config.audience.clone(),
            scope: config.scope.clone(),
            by_resource: config.audience_parameter == AudienceParameter::Resource,
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
    /// What the provider issued that could not be used, and why. A memory only: what another version wrote and this one
    /// cannot read is no reason to lose the refresh token.
    #[serde(default, deserialize_with = "readable")]
    pub(crate) wrong: Vec<WrongToken>,
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

fn readable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<WrongToken>, D::Error> {
    let all = Vec::<serde_json::Value>::deserialize(deserializer)?;
    let readable = all.into_iter().map(serde_json::from_value);
    Ok(readable.filter_map(Result::ok).collect())
}

/// The memory of a token that was not what was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WrongToken {
    pub(crate) audience: String,
    pub(crate) requested: Vec<String>,
    pub(crate) at: i64,
    pub(crate) diagnosis: Diagnosis,
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

    /// What a logout needs, read from a set of another version, too.
    pub(crate) fn open_for_logout(
        keys: &Keyring,
        id: &LoginId,
        sealed: &[u8],
    ) -> Result<LogoutTokens, NotOurs> {
        let plain = keys.open(Purpose::Tokens, id.as_bytes(), sealed)?;
        let set: serde_json::Value = serde_json::from_slice(&plain).map_err(|_| NotOurs)?;
        let text = |name: &str| set.get(name)?.as_str().map(str::to_owned);
        Ok(LogoutTokens {
            refresh_token: text("refresh_token"),
            id_token: text("id_token"),
        })
    }

    /// Holds `token`, in the place of the one that was asked for in the same way.
    pub(crate) fn hold(&mut self, token: HeldToken) {
        self.forget(&token.audience, &token.requested);
        self.held.push(token);
        if self.held.len() > MAX_HELD {
            self.held.remove(0);
        }
    }

    /// Remembers that the provider issued something else; what is held stays, and may be good for a while yet.
    pub(crate) fn note_wrong(&mut self, want: &Want<'_>, diagnosis: Diagnosis, now: i64) {
        self.wrong
            .retain(|old| old.audience != want.audience || old.requested != want.scope);
        self.wrong.push(WrongToken {
            audience: want.audience.to_owned(),
            requested: want.scope.clone(),
            at: now,
            diagnosis,
        });
        if self.wrong.len() > MAX_HELD {
            self.wrong.remove(0);
        }
    }

    pub(crate) fn find(&self, want: &Want<'_>) -> Option<&HeldToken> {
        self.held.iter().find(|held| held.fits(want))
    }

    /// Why it is no use to ask the provider for such a token just now.
    pub(crate) fn just_found_wrong(&self, want: &Want<'_>, now: i64) -> Option<&Diagnosis> {
        self.wrong
            .iter()
            .find(|wrong| wrong.audience == want.audience && wrong.requested == want.scope)
            .filter(|wrong| (0..WRONG_GRACE).contains(&(now - wrong.at)))
            .map(|wrong| &wrong.diagnosis)
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
        let keys = Keyring::new(&secrets, crate::chance::SystemChance::shared());
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
