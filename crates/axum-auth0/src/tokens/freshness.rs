//! Decides whether a cached token satisfies a caller.

use std::time::Duration;

use super::{
    cached_token::CachedToken,
    options::{TokenFingerprint, TokenOptions},
};

/// The requirements of a caller, apart from API and scopes.
#[derive(Clone, Copy, Debug)]
pub(super) enum TokenRequirement {
    /// The token does not expire within `buffer` seconds.
    Fresh { buffer: i64 },
    /// The token is not this one.
    InsteadOf(Option<TokenFingerprint>),
}

impl TokenRequirement {
    /// Returns the requirement of a caller with `options`. `cached` is the cached token of the request, `buffer` the configured
    /// refresh buffer.
    pub(super) fn of(
        options: &TokenOptions,
        cached: Option<&CachedToken>,
        buffer: Duration,
    ) -> Self {
        if options.instead_of.is_some() {
            return Self::InsteadOf(options.instead_of);
        }
        if options.force_refresh {
            return Self::InsteadOf(cached.map(|cached| TokenFingerprint::of(&cached.token)));
        }
        let buffer = options.refresh_buffer.unwrap_or(buffer).as_secs();
        Self::Fresh {
            buffer: i64::try_from(buffer).unwrap_or(i64::MAX),
        }
    }

    pub(super) fn is_satisfied_by(&self, cached: &CachedToken, now: i64) -> bool {
        match self {
            Self::Fresh { buffer } => cached.is_fresh(now, *buffer),
            Self::InsteadOf(refused) => {
                let is_another = *refused != Some(TokenFingerprint::of(&cached.token));
                // A token that was just refreshed on demand is not refreshed on demand again for a while, so that
                // neither late callers nor an API that rejects every token can flood the provider.
                let was_just_refreshed = cached.on_demand && cached.is_young(now);
                cached.is_valid(now) && (is_another || was_just_refreshed)
            }
        }
    }

    /// Returns whether the provider issued the rejected token again, with the same issue time. A provider without
    /// unique claims issues identical tokens within one second, and another token in the next second. `before` is the
    /// token that was cached. A provider that returns an older token would also return it in the next second.
    pub(super) fn is_same_token_again(
        &self,
        before: Option<&CachedToken>,
        token: &CachedToken,
    ) -> bool {
        let Self::InsteadOf(Some(refused)) = self else {
            return false;
        };
        let is_refused = |cached: &CachedToken| *refused == TokenFingerprint::of(&cached.token);
        is_refused(token)
            && before.is_some_and(|before| {
                is_refused(before) && token.obtained_at - before.obtained_at <= 1
            })
    }

    /// Returns whether the caller requires a token other than a cached one that looks valid.
    pub(super) fn is_on_demand(&self) -> bool {
        matches!(self, Self::InsteadOf(_))
    }
}
