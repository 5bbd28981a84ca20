//! An access token that was verified to be what was asked for, or the reason why it is not.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::TokenAnswer;
use crate::{
    config::ApiSettings,
    diagnosis::Diagnosis,
    jwt::{self, Claims},
};

/// A token is renewed this many seconds before it ends, or a fifth of its life before where it is short-lived.
const REFRESH_BUFFER: i64 = 60;

/// What a token is wanted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Want {
    pub(crate) audience: String,
    /// The scopes of the API's configuration: what was asked for, not what one call needs.
    pub(crate) scope: Vec<String>,
}

impl Want {
    /// `None` where no audience is configured for the API.
    pub(crate) fn of(api: &ApiSettings) -> Option<Self> {
        Some(Self {
            audience: api.audience.clone()?,
            scope: api.scope.clone(),
        })
    }
}

/// An access token in a login's set, with what was asked for and what was found in it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct HeldToken {
    pub(crate) audience: String,
    /// The scopes that were asked for. A token that was asked for under another configuration is stale.
    pub(crate) requested: Vec<String>,
    /// The scopes that the token has.
    pub(crate) scope: Vec<String>,
    pub(crate) token: String,
    pub(crate) obtained_at: i64,
    /// `None`: neither the token nor the answer said; it is used until the API refuses it.
    pub(crate) expires_at: Option<i64>,
}

impl HeldToken {
    /// Verifies that the access token in `answer` is what `want` says: a JWT of this issuer for this audience.
    ///
    /// The signature is not checked: the token came over TLS from the token endpoint itself, and the API checks it.
    pub(crate) fn verify(
        answer: &TokenAnswer,
        want: &Want,
        issuer: &str,
        now: i64,
    ) -> Result<Self, Diagnosis> {
        let token = answer.access_token.as_str();
        let claims = jwt::peek(token).map_err(|_| {
            let encrypted = token.split('.').count() == 5;
            Diagnosis::opaque_token(&want.audience, encrypted)
        })?;
        let claims = claims.unverified();
        let audiences = claims.audience().unwrap_or_default();
        if !audiences.contains(&want.audience.as_str()) {
            return Err(Diagnosis::wrong_audience(&want.audience, &audiences));
        }
        match claims.string("iss") {
            Ok(Some(found)) if found == issuer => {}
            found => {
                let found = found.ok().flatten().unwrap_or("(none)");
                return Err(Diagnosis::wrong_issuer(issuer, found));
            }
        }
        let by_claim = claims.numeric_date("exp").ok().flatten();
        let by_answer = answer.expires_in.map(|seconds| now.saturating_add(seconds));
        Ok(Self {
            audience: want.audience.clone(),
            requested: want.scope.clone(),
            // RFC 6749 §5.1: an answer without `scope` grants what was asked for.
            scope: scope_claim(claims)
                .or_else(|| answer.scope.clone())
                .unwrap_or_else(|| want.scope.clone()),
            token: token.to_owned(),
            obtained_at: now,
            expires_at: match (by_claim, by_answer) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
        })
    }

    /// Whether it was asked for as `want` says now.
    pub(crate) fn fits(&self, want: &Want) -> bool {
        self.audience == want.audience && self.requested == want.scope
    }

    pub(crate) fn is_valid(&self, now: i64) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }

    /// Valid, and not so near its end that it should be renewed first.
    pub(crate) fn is_fresh(&self, now: i64) -> bool {
        self.expires_at.is_none_or(|end| {
            let buffer = REFRESH_BUFFER.min((end - self.obtained_at) / 5);
            end - now > buffer
        })
    }

    /// The scopes among `needed` that the token lacks.
    pub(crate) fn missing(&self, needed: &[&str]) -> Vec<String> {
        needed
            .iter()
            .filter(|needed| !self.scope.iter().any(|has| has == *needed))
            .map(|&scope| scope.to_owned())
            .collect()
    }
}

impl fmt::Debug for HeldToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeldToken")
            .field("audience", &self.audience)
            .field("scope", &self.scope)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// `scope` as a string (RFC 9068 §2.2.3) or, as some providers have it, an array; or Microsoft's `scp`.
fn scope_claim(claims: &Claims) -> Option<Vec<String>> {
    match claims.get("scope").or_else(|| claims.get("scp"))? {
        Value::String(words) => Some(words.split_whitespace().map(str::to_owned).collect()),
        Value::Array(words) => Some(
            words
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        ),
        _ => None,
    }
}
