//! Decides whether to use the cached token, to refresh, or to fail. Pure: no I/O, no clock, no logging.

use std::time::Duration;

use crate::{
    diagnosis::Diagnosis,
    tokens::{
        cached_token::CachedToken, error::TokenError, failure::FailureKind,
        freshness::TokenRequirement, token_request::TokenRequest, token_set::TokenSet,
    },
};

/// The decision for a request.
#[derive(Clone, Debug)]
pub(in crate::tokens) enum Decision {
    /// The cached token satisfies the request.
    UseCached(CachedToken),
    /// The cached token had no lifetime when it was issued. It may be used once, after it is stored as spent.
    UseOnce(CachedToken),
    /// Another token is needed, and a refresh is allowed.
    Refresh,
    /// Another token is needed, but no refresh is allowed.
    Fail(Denial),
}

/// Reason why no refresh is allowed.
#[derive(Clone, Debug)]
pub(in crate::tokens) enum Denial {
    /// The last token had no lifetime and was used once. Another refresh would not yield a better one.
    TokenWithoutLifetime,
    /// The provider issued a token that differs from the requested one, or refused to issue one for this API.
    RecentlyRejected(Diagnosis),
    /// The provider reported a misconfiguration.
    Misconfigured(Box<Diagnosis>),
    /// The provider is backed off.
    BackedOff { retry_after: Option<Duration> },
    /// The refresh token is dead, after several consecutive rejections.
    RefreshTokenDead,
    /// The login has the maximum number of tokens with extra scopes.
    TooManyTokens { retry_after: Duration },
    /// The login has no refresh token. If `is_revoked`, the application revoked it.
    NoRefreshToken { is_revoked: bool },
}

/// Decides how to serve `request`. `now` is in seconds since 1970.
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

/// Returns whether to use a cached token if there is no refresh token: until it expires. A caller that requires another
/// one gets it only if it was just issued, because a new login would not yield a better one.
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
    // A valid token is used until it expires; only then the user has to log in.
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

/// Returns the cached token after a refresh before its expiry failed with `error`; `None` if the error is returned.
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
