//! What follows when a refresh brings no tokens: the session ends, or the provider is left alone for a while.

use std::time::Duration;

use super::{
    CachedToken, TokenError, TokenRequest, TokenSet,
    backoff::Backoff,
    demand::TokenRequirement,
    failure::{Extent, Failure, FailureKind, Verdict},
    refresh::Refresher,
    settle::Committed,
};
use crate::{
    diagnosis::Diagnosis,
    oauth::{EndpointError, EndpointResponse},
    store::{LoginId, LoginRecord},
};

/// A refresh that failed.
pub(super) struct Failed<'a> {
    pub(super) want: &'a TokenRequest<'a>,
    pub(super) demand: TokenRequirement,
    pub(super) answered: &'a EndpointResponse,
    pub(super) error: &'a EndpointError,
    /// This refresh token may have been shown to the provider before.
    pub(super) unsettled: bool,
}

impl Refresher {
    /// No tokens came. A new refresh token is stored even so.
    pub(super) async fn give_up(
        &self,
        row: LoginRecord,
        set: TokenSet,
        failed: &Failed<'_>,
    ) -> Result<CachedToken, TokenError> {
        let (login, used) = (row.id, set.refresh_token.clone());
        let Failed {
            want,
            answered,
            error,
            ..
        } = failed;
        let verdict = Verdict::of(error, answered.retry_after, want);
        let unsettled = error.is_outcome_unknown() || failed.unsettled;
        let now = self.clock.unix_seconds();
        let change = |set: &mut TokenSet, is_superseded: bool| {
            if is_superseded {
                return;
            }
            set.unsettled |= unsettled;
            match &verdict {
                Verdict::BackOff(failure, Extent::Token) => {
                    // The provider answered, about this API only.
                    if let Some(backoff) = &mut set.backoff {
                        backoff.end_rejections();
                    }
                    if let Some(diagnosis) = &failure.diagnosis {
                        set.note(want, (**diagnosis).clone(), failure.kind, now);
                    }
                }
                Verdict::BackOff(failure, _) => {
                    set.backoff = Some(Backoff::after(set.backoff.as_ref(), failure, now));
                }
                Verdict::DeadToken => {}
            }
        };
        let new = answered.refresh_token.as_ref();
        let is_dead = matches!(verdict, Verdict::DeadToken);
        if is_dead && new.is_none() {
            return self.end(login, used.as_deref(), failed.unsettled).await;
        }
        let set = match self.commit(row, set, new, change).await? {
            Committed::Stored { set, .. } => set,
            Committed::LoginGone(_) => return Err(TokenError::SignInRequired),
        };
        match verdict {
            Verdict::DeadToken => self.end(login, used.as_deref(), failed.unsettled).await,
            Verdict::BackOff(failure, extent) => {
                Err(self.told(login, &set, failed, failure, extent))
            }
        }
    }

    /// Logs a failure once, and says what the caller is told.
    fn told(
        &self,
        login: LoginId,
        set: &TokenSet,
        failed: &Failed<'_>,
        failure: Failure,
        extent: Extent,
    ) -> TokenError {
        if let Some(diagnosis) = failure.diagnosis {
            diagnosis.log();
            tracing::warn!(
                ?login,
                ?extent,
                reason = failure.kind.as_str(),
                "token refresh failed"
            );
            return TokenError::Misconfigured(diagnosis);
        }
        let backoff = set.backoff.as_ref();
        tracing::warn!(
            ?login,
            error = %failed.error,
            reason = failure.kind.as_str(),
            failures = backoff.map(|backoff| backoff.failures),
            retry_at = backoff.map(|backoff| backoff.retry_at),
            "token refresh failed; the provider is left alone for a while"
        );
        self.backed_off(set, failed.want, failed.demand)
            .unwrap_or(TokenError::ProviderUnavailable { retry_after: None })
    }

    /// What a caller is told while the back-off of its login lasts; `None` if it does not.
    pub(super) fn backed_off(
        &self,
        set: &TokenSet,
        want: &TokenRequest<'_>,
        demand: TokenRequirement,
    ) -> Option<TokenError> {
        let now = self.clock.unix_seconds();
        let backoff = set.backoff.as_ref()?;
        let remaining = backoff.remaining(now)?;
        if let Some(diagnosis) = backoff.diagnosis.clone() {
            return Some(TokenError::Misconfigured(Box::new(diagnosis)));
        }
        // A token that is still good is used to its end before the user is sent to log in.
        let is_usable =
            !demand.is_explicit() && set.find(want).is_some_and(|held| held.is_valid(now));
        Some(
            if backoff.kind == FailureKind::Rejected && backoff.is_dead_token() && !is_usable {
                TokenError::SignInRequired
            } else {
                TokenError::ProviderUnavailable {
                    retry_after: Some(remaining),
                }
            },
        )
    }

    /// `invalid_grant`: the session is over, unless a process that lost the lease has stored a newer refresh token.
    async fn end(
        &self,
        login: LoginId,
        used: Option<&str>,
        unsettled: bool,
    ) -> Result<CachedToken, TokenError> {
        let (_, set) = self.load(login).await?;
        if set.refresh_token.as_deref() != used {
            return Err(TokenError::ProviderUnavailable {
                retry_after: Some(Duration::from_secs(1)),
            });
        }
        let diagnosis = if unsettled {
            Diagnosis::refresh_token_reused()
        } else {
            Diagnosis::refresh_token_ended()
        };
        tracing::warn!(?login, code = diagnosis.code.as_str(), cause = %diagnosis.cause, fix = %diagnosis.fix, "the session ended");
        self.store.delete_login(&login).await?;
        Err(TokenError::SignInRequired)
    }
}
