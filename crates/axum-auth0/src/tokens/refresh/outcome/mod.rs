//! Decides how a response changes the stored tokens. Pure: no I/O, no clock, no logging.

use secrecy::{ExposeSecret as _, SecretString};

use super::decision::{Denial, backed_off};
use crate::{
    config::Config,
    diagnosis::Diagnosis,
    dpop::DpopKey,
    oauth::EndpointResponse,
    tokens::{
        backoff::Backoff,
        cached_token::CachedToken,
        failure::{Classification, Failure, FailureScope},
        freshness::TokenRequirement,
        token_request::TokenRequest,
        token_set::TokenSet,
    },
};

/// A refresh request that was sent.
pub(in crate::tokens) struct Attempt<'a> {
    pub(in crate::tokens) request: &'a TokenRequest<'a>,
    pub(in crate::tokens) requirement: TokenRequirement,
    /// The refresh token of the request.
    pub(in crate::tokens) refresh_token: Option<String>,
    /// The key of the request's proof.
    pub(in crate::tokens) dpop_key: Option<DpopKey>,
    /// When the request was sent, in seconds since 1970.
    pub(in crate::tokens) requested_at: i64,
    /// Whether an earlier request with this refresh token had no response.
    pub(in crate::tokens) may_be_reuse: bool,
}

/// The meaning of a response.
#[derive(Clone, Debug)]
pub(in crate::tokens) enum Outcome {
    /// The requested token.
    Token(CachedToken),
    /// A token that differs from the requested one.
    RejectedToken(Diagnosis),
    /// A refreshed ID token of another user (OpenID Connect Core 1.0 §12.2).
    OtherUser,
    /// The refresh token is dead: `invalid_grant`.
    DeadRefreshToken,
    /// No tokens. If `is_unknown`, the provider may have consumed the refresh token.
    Failed {
        failure: Failure,
        scope: FailureScope,
        is_unknown: bool,
    },
}

impl Outcome {
    /// Interprets a response. `is_same_user` is the result of comparing the refreshed ID token with the previous one;
    /// `now` is in seconds since 1970.
    pub(in crate::tokens) fn of(
        response: &EndpointResponse,
        attempt: &Attempt<'_>,
        is_same_user: bool,
        config: &Config,
        now: i64,
    ) -> Self {
        let error = match &response.tokens {
            Ok(_) if !is_same_user => return Self::OtherUser,
            Ok(tokens) => {
                let times = (attempt.requested_at, now);
                return match CachedToken::verify(tokens, attempt.request, config, times) {
                    Ok(token) => Self::Token(CachedToken {
                        on_demand: attempt.requirement.is_on_demand(),
                        is_spent: token.was_issued_expired(),
                        ..token
                    }),
                    Err(diagnosis) => Self::RejectedToken(diagnosis),
                };
            }
            Err(error) => error,
        };
        match Classification::of(error, response.retry_after, attempt.request) {
            Classification::DeadRefreshToken => Self::DeadRefreshToken,
            Classification::BackOff(failure, scope) => Self::Failed {
                failure,
                scope,
                is_unknown: error.is_outcome_unknown(),
            },
        }
    }
}

/// The change to the stored tokens.
pub(in crate::tokens) enum Update {
    /// Store `set`, then return `result`.
    Store {
        set: Box<TokenSet>,
        /// Whether another process stored or revoked a refresh token in the meantime. Its change is kept, because its
        /// refresh token is newer.
        is_superseded: bool,
        result: RefreshResult,
    },
    /// End the session.
    Terminate(Termination),
}

/// The result of a refresh for its caller.
#[derive(Clone, Debug)]
pub(in crate::tokens) enum RefreshResult {
    Token(CachedToken),
    Denied(Denial),
    Terminate(Termination),
}

/// Reason why a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tokens) enum Termination {
    /// The ID token belongs to another user.
    OtherUser,
    /// The refresh token is dead. If `may_be_reuse`, the provider may have received it twice (RFC 9700 §4.14.2).
    DeadRefreshToken { may_be_reuse: bool },
}

/// Applies an outcome to the currently stored token set. `new_refresh_token` is stored with any outcome except another
/// user's.
pub(in crate::tokens) fn apply(
    outcome: &Outcome,
    attempt: &Attempt<'_>,
    new_refresh_token: Option<&SecretString>,
    mut set: TokenSet,
    now: i64,
) -> Update {
    let is_superseded = set.refresh_token != attempt.refresh_token;
    if let Some(new) = new_refresh_token.filter(|_| !is_superseded) {
        set.refresh_token = Some(new.expose_secret().to_owned());
    }
    let request = attempt.request;
    let result = match outcome {
        Outcome::OtherUser => return Update::Terminate(Termination::OtherUser),
        Outcome::DeadRefreshToken => {
            let termination = Termination::DeadRefreshToken {
                may_be_reuse: attempt.may_be_reuse,
            };
            if new_refresh_token.is_none() {
                return Update::Terminate(termination);
            }
            set.refresh_outcome_unknown |= attempt.may_be_reuse && !is_superseded;
            RefreshResult::Terminate(termination)
        }
        Outcome::Token(token) => {
            record_response(&mut set, attempt, is_superseded);
            set.insert(token.clone());
            RefreshResult::Token(token.clone())
        }
        Outcome::RejectedToken(diagnosis) => {
            record_response(&mut set, attempt, is_superseded);
            set.record_rejection(request, diagnosis.clone(), now);
            RefreshResult::Denied(Denial::RecentlyRejected(diagnosis.clone()))
        }
        Outcome::Failed {
            failure,
            scope,
            is_unknown,
        } => {
            if !is_superseded {
                set.refresh_outcome_unknown |= *is_unknown || attempt.may_be_reuse;
                record_failure(&mut set, failure, *scope, request, now);
            }
            let denial = match &failure.diagnosis {
                Some(diagnosis) => Denial::Misconfigured(diagnosis.clone()),
                None => backed_off(&set, request, attempt.requirement, now)
                    .unwrap_or(Denial::BackedOff { retry_after: None }),
            };
            RefreshResult::Denied(denial)
        }
    };
    Update::Store {
        set: Box::new(set),
        is_superseded,
        result,
    }
}

/// Records that the provider responded with tokens.
fn record_response(set: &mut TokenSet, attempt: &Attempt<'_>, is_superseded: bool) {
    if !is_superseded {
        // The first key of a login that started before DPoP was switched on.
        if set.dpop_key.is_none() {
            set.dpop_key.clone_from(&attempt.dpop_key);
        }
        set.refresh_outcome_unknown = false;
        set.backoff = None;
    }
}

fn record_failure(
    set: &mut TokenSet,
    failure: &Failure,
    scope: FailureScope,
    request: &TokenRequest<'_>,
    now: i64,
) {
    if scope != FailureScope::Token {
        set.backoff = Some(Backoff::after(set.backoff.as_ref(), failure, now));
        return;
    }
    // The provider responded with an error about this API only.
    if let Some(backoff) = &mut set.backoff {
        backoff.reset_rejections();
    }
    if let Some(diagnosis) = &failure.diagnosis {
        set.record_failure(request, (**diagnosis).clone(), failure.kind, now);
    }
}

#[cfg(test)]
mod tests;
