//! Tokens of the provider that differ from the requested ones.

use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    diagnosis::Diagnosis,
    tokens::{
        backoff::{CLOCK_LEEWAY, backoff_seconds},
        failure::FailureKind,
        token_request::TokenRequest,
    },
};

/// A request without the requested token as its result, and when it may be sent again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RejectedToken {
    pub(crate) audience: String,
    pub(crate) requested: Vec<String>,
    /// In seconds since 1970.
    pub(crate) at: i64,
    pub(crate) diagnosis: Diagnosis,
    /// Number of consecutive failures.
    #[serde(default)]
    failures: u32,
    /// Time at which the token may be requested again, in seconds since 1970.
    #[serde(default)]
    pub(crate) retry_at: i64,
}

impl RejectedToken {
    /// Returns the state after a failure of `request`. `previous` is the state before.
    pub(super) fn after(
        previous: Option<&Self>,
        request: &TokenRequest<'_>,
        diagnosis: Diagnosis,
        kind: FailureKind,
        now: i64,
    ) -> Self {
        // A rejected token of the login itself does not count, because the first refresh may return the right one.
        let first = u32::from(kind != FailureKind::RejectedToken);
        let failures = previous.map_or(first, |previous| previous.failures.saturating_add(1));
        Self {
            audience: request.audience.to_owned(),
            requested: request.scope.clone(),
            at: now,
            diagnosis,
            failures,
            retry_at: now.saturating_add(backoff_seconds(kind, failures)),
        }
    }

    pub(super) fn matches(&self, request: &TokenRequest<'_>) -> bool {
        self.audience == request.audience && self.requested == request.scope
    }

    /// Returns whether another request would be too early.
    pub(super) fn is_recent(&self, now: i64) -> bool {
        (self.at - CLOCK_LEEWAY..self.retry_at).contains(&now)
    }
}

/// Deserializes the rejected tokens, skipping unreadable ones of other versions.
pub(super) fn deserialize_readable<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<RejectedToken>, D::Error> {
    let all = Vec::<serde_json::Value>::deserialize(deserializer)?;
    let readable = all.into_iter().map(serde_json::from_value);
    Ok(readable.filter_map(Result::ok).collect())
}
