//! Decides whether to use the cached token, to refresh, or to fail. Pure: no I/O, no clock, no log.

use std::time::Duration;

use crate::{
    diagnosis::Diagnosis,
    tokens::{
        cached_token::CachedToken, error::TokenError, failure::FailureKind,
        freshness::TokenRequirement, token_request::TokenRequest, token_set::TokenSet,
    },
};

/// What to do for a request.
#[derive(Clone, Debug)]
pub(in crate::tokens) enum Decision {
    /// The cached token satisfies the request.
    UseCached(CachedToken),
    /// The cached token had no lifetime when it was issued. It may be used once, after it is stored as spent.
    UseOnce(CachedToken),
    /// Another token is needed, and the provider may be asked for it.
    Refresh,
    /// Another token is needed, and the provider is not asked for it.
    Fail(Denial),
}

/// Why the provider is not asked for a token.
#[derive(Clone, Debug)]
pub(in crate::tokens) enum Denial {
    /// The last token had no lifetime and was used once. The next one would be no better.
    TokenWithoutLifetime,
    /// The provider issued another token than the requested one, or refused it for this API.
    RecentlyRejected(Diagnosis),
    /// The provider reported a misconfiguration.
    Misconfigured(Box<Diagnosis>),
    /// The provider is backed off.
    BackedOff { retry_after: Option<Duration> },
    /// Several rejections in a row: the refresh token is dead.
    RefreshTokenDead,
    /// The login has the maximum number of tokens with extra scopes.
    TooManyTokens { retry_after: Duration },
    /// The login has no refresh token. `is_revoked`: the application revoked it.
    NoRefreshToken { is_revoked: bool },
}

/// Decides what to do for `request`. `now` is in seconds since 1970.
pub(in crate::tokens) fn decide(
    set: &TokenSet,
    request: &TokenRequest<'_>,
    requirement: TokenRequirement,
    now: i64,
) -> Decision {
    let cached = set.find(request);
    let can_refresh = set.refresh_token.is_some();
    if let Some(cached) = cached
        && (requirement.is_satisfied_by(cached, now)
            || (!can_refresh && is_good_without_refresh(cached, requirement, now)))
    {
        return Decision::UseCached(cached.clone());
    }
    if cached.is_some_and(|cached| cached.is_spent) {
        return Decision::Fail(Denial::TokenWithoutLifetime);
    }
    if let Some(rejected) = set.recent_rejection(request, now) {
        return Decision::Fail(Denial::RecentlyRejected(rejected.diagnosis.clone()));
    }
    if let Some(denial) = backed_off(set, request, requirement, now) {
        return Decision::Fail(denial);
    }
    if let Some(retry_at) = set.extra_scopes_retry_at(request, now) {
        return Decision::Fail(Denial::TooManyTokens {
            retry_after: Duration::from_secs(u64::try_from(retry_at - now).unwrap_or(1)),
        });
    }
    if can_refresh {
        return Decision::Refresh;
    }
    match cached {
        Some(cached) if cached.was_issued_expired() => Decision::UseOnce(CachedToken {
            is_spent: true,
            ..cached.clone()
        }),
        _ => Decision::Fail(Denial::NoRefreshToken {
            is_revoked: set.revoked,
        }),
    }
}

/// Without a refresh token, a cached token is used until it expires. A caller that wants another one gets it only if it
/// was just issued, since a new login would yield none that is better.
fn is_good_without_refresh(cached: &CachedToken, requirement: TokenRequirement, now: i64) -> bool {
    cached.is_valid(now) && (!requirement.is_on_demand() || cached.is_young(now))
}

/// Returns why the back-off of the login does not allow a refresh; `None` if it does.
pub(super) fn backed_off(
    set: &TokenSet,
    request: &TokenRequest<'_>,
    requirement: TokenRequirement,
    now: i64,
) -> Option<Denial> {
    let backoff = set.backoff.as_ref()?;
    let remaining = backoff.remaining(now)?;
    if let Some(diagnosis) = backoff.diagnosis.clone() {
        return Some(Denial::Misconfigured(Box::new(diagnosis)));
    }
    // A valid token is used until it expires, before the user has to log in.
    let is_usable =
        !requirement.is_on_demand() && set.find(request).is_some_and(|cached| cached.is_valid(now));
    let is_dead = backoff.kind == FailureKind::Rejected && backoff.is_token_dead();
    Some(if is_dead && !is_usable {
        Denial::RefreshTokenDead
    } else {
        Denial::BackedOff {
            retry_after: Some(remaining),
        }
    })
}

/// Returns the cached token after a refresh ahead of its expiry failed with `error`; `None` if the error stands.
pub(in crate::tokens) fn fall_back<'s>(
    set: &'s TokenSet,
    request: &TokenRequest<'_>,
    requirement: TokenRequirement,
    error: &TokenError,
    now: i64,
) -> Option<&'s CachedToken> {
    let is_transient = matches!(
        error,
        TokenError::ProviderUnavailable { .. }
            | TokenError::StoreUnavailable
            | TokenError::Misconfigured(_)
            | TokenError::TooManyTokens { .. }
    );
    set.find(request)
        .filter(|cached| is_transient && !requirement.is_on_demand() && cached.is_valid(now))
}

#[cfg(test)]
mod tests;
