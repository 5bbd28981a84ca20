//! An access token that was verified to be what was asked for.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    config::{ApiSettings, Config},
    diagnosis::{Diagnosis, Expectation, inspect},
    oauth::TokenResponse,
};

/// What a token is wanted for.
#[derive(Clone, Debug)]
pub(crate) struct TokenRequest<'a> {
    pub(crate) api: &'a ApiSettings,
    pub(crate) audience: &'a str,
    /// The scopes to ask for.
    pub(crate) scope: Vec<String>,
}

impl<'a> TokenRequest<'a> {
    /// A token with the API's configured scopes and `extra` ones; `None` where no audience is configured.
    pub(crate) fn of(api: &'a ApiSettings, extra: &[String]) -> Option<Self> {
        let mut scope = api.scope.clone();
        for word in extra {
            if !scope.contains(word) {
                scope.push(word.clone());
            }
        }
        Self::exactly(api, scope)
    }

    /// A token with `scope`, neither more nor less.
    pub(crate) fn exactly(api: &'a ApiSettings, mut scope: Vec<String>) -> Option<Self> {
        // In any order the same.
        scope.sort_unstable();
        scope.dedup();
        Some(Self {
            api,
            audience: api.audience.as_deref()?,
            scope,
        })
    }

    /// Whether the scopes are other ones than those of the API's configuration.
    pub(super) fn is_extra(&self) -> bool {
        self.scope.len() != self.api.scope.len()
            || !self.api.scope.iter().all(|word| self.scope.contains(word))
    }

    /// Whether it is what a login asked for anyway: then a refresh need not name scopes (RFC 6749 §6).
    pub(super) fn is_of_login(&self, config: &Config) -> bool {
        config.audience() == Some(self.audience) && !self.is_extra()
    }

    pub(super) fn expectation<'e>(&'e self, config: &'e Config, now: i64) -> Expectation<'e> {
        Expectation::new(config, self.api, now).requested(&self.scope)
    }
}

/// An access token in a login's set, with what was asked for and what was found in it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct CachedToken {
    pub(crate) audience: String,
    /// The scopes that were asked for. A token that was asked for under another configuration is stale.
    pub(crate) requested: Vec<String>,
    /// The scopes that the token has.
    pub(crate) scope: Vec<String>,
    pub(crate) token: String,
    pub(crate) obtained_at: i64,
    /// `None`: neither the token nor the answer said; it is used until the API refuses it.
    pub(crate) expires_at: Option<i64>,
    /// Whether it was got because somebody wanted another one, not because the one before ended.
    #[serde(default)]
    pub(crate) on_demand: bool,
    /// Whether it was asked for with other scopes than those of the configuration.
    #[serde(default)]
    pub(crate) is_extra: bool,
    /// It had no lifetime left when it came, and was handed out once. The next one would be no better.
    #[serde(default)]
    pub(crate) is_spent: bool,
}

impl CachedToken {
    /// Verifies that the access token in `answer` is what `want` says: a JWT of this issuer for this audience.
    ///
    /// The signature is not checked: the token came over TLS from the token endpoint itself, and the API checks it.
    pub(crate) fn verify(
        answer: &TokenResponse,
        want: &TokenRequest<'_>,
        config: &Config,
        now: i64,
    ) -> Result<Self, Diagnosis> {
        let expected = want
            .expectation(config, now)
            .just_issued(answer.scope.as_deref());
        let facts = inspect(&answer.access_token, &expected)?;
        let by_answer = answer.expires_in.map(|seconds| now.saturating_add(seconds));
        Ok(Self {
            audience: want.audience.to_owned(),
            requested: want.scope.clone(),
            scope: facts.scope,
            token: answer.access_token.clone(),
            obtained_at: now,
            expires_at: match (facts.expires_at, by_answer) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
            on_demand: false,
            is_extra: want.is_extra(),
            is_spent: false,
        })
    }

    /// Whether it was asked for as `want` says now.
    pub(crate) fn fits(&self, want: &TokenRequest<'_>) -> bool {
        self.audience == want.audience && self.requested == want.scope
    }

    pub(crate) fn is_valid(&self, now: i64) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }

    /// Whether it had no lifetime left when it came, as a provider answers whose own session is about to end.
    pub(crate) fn came_without_lifetime(&self) -> bool {
        self.expires_at.is_some_and(|end| end <= self.obtained_at)
    }

    /// Whether it may serve, or says that another one is of no use.
    pub(super) fn is_in_use(&self, now: i64) -> bool {
        self.is_valid(now) || self.is_spent
    }

    /// Valid, and not so near its end that it should be renewed first: `buffer` seconds, or a fifth of its life where it
    /// is short-lived.
    pub(crate) fn is_fresh(&self, now: i64, buffer: i64) -> bool {
        self.expires_at.is_none_or(|end| {
            let buffer = buffer.min((end - self.obtained_at) / 5);
            end - now > buffer
        })
    }

    /// The scopes among `required` that the token lacks.
    pub(crate) fn missing(&self, required: &[String]) -> Vec<String> {
        required
            .iter()
            .filter(|scope| !self.scope.contains(scope))
            .cloned()
            .collect()
    }
}

impl fmt::Debug for CachedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedToken")
            .field("audience", &self.audience)
            .field("scope", &self.scope)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
