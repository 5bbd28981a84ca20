//! Logs denials and turns them into errors.

use super::{
    decision::{Decision, Denial, decide},
    refresher::Refresher,
};
use crate::{
    diagnosis::Diagnosis,
    events::{RefreshDenial, RefreshOutcome},
    store::LoginId,
    tokens::{
        error::{TokenError, unusable},
        freshness::TokenRequirement,
        token_request::TokenRequest,
        token_set::TokenSet,
    },
};

impl Refresher {
    /// Decides at the current time, and adopts a stored back-off for the provider.
    pub(super) fn decide(
        &self,
        set: &TokenSet,
        request: &TokenRequest<'_>,
        requirement: TokenRequirement,
    ) -> Decision {
        let decision = decide(set, request, requirement, self.clock.unix_seconds());
        if let Decision::Fail(
            Denial::Misconfigured(_) | Denial::RefreshTokenDead | Denial::BackedOff { .. },
        ) = &decision
            && let Some(backoff) = &set.backoff
        {
            // A back-off stored by another process also applies here.
            self.provider_backoff.adopt(backoff);
        }
        decision
    }

    /// Reports that a denial prevented a refresh, and returns the error for the caller.
    pub(super) fn denied_without_request(
        &self,
        login: LoginId,
        set: &TokenSet,
        denial: Denial,
    ) -> TokenError {
        self.report(login, denial.outcome());
        self.denied(set, denial)
    }

    /// Logs a denial and returns the error for the caller.
    pub(super) fn denied(&self, set: &TokenSet, denial: Denial) -> TokenError {
        match denial {
            Denial::TokenWithoutLifetime => {
                tracing::warn!(
                    "the provider issues access tokens without a lifetime; a new login is required"
                );
                TokenError::SignInRequired
            }
            // Already logged when the token was rejected.
            Denial::RecentlyRejected(diagnosis) => unusable(diagnosis, self.is_current(set)),
            Denial::TooManyTokens { retry_after } => {
                tracing::warn!("token refresh denied: too many combinations of scopes");
                TokenError::TooManyTokens { retry_after }
            }
            Denial::NoRefreshToken { is_revoked } => {
                // The user has to log in. The operator can avoid that, so it is logged.
                if !is_revoked && self.is_current(set) {
                    let diagnosis = Diagnosis::NoRefreshToken {
                        is_requested: self.requested_grant.offline_access(),
                    };
                    tracing::warn!(code = diagnosis.code().as_str(), cause = %diagnosis.cause(), fix = %diagnosis.fix(), "access token expired; a new login is required");
                }
                TokenError::SignInRequired
            }
            Denial::Misconfigured(diagnosis) => TokenError::Misconfigured(diagnosis),
            Denial::RefreshTokenDead => TokenError::SignInRequired,
            Denial::BackedOff { retry_after } => TokenError::ProviderUnavailable { retry_after },
        }
    }
}

impl Denial {
    /// Returns the outcome of a refresh that is denied before a request.
    pub(super) fn outcome(&self) -> RefreshOutcome {
        RefreshOutcome::Denied(match self {
            Self::TokenWithoutLifetime => RefreshDenial::TokenWithoutLifetime,
            Self::RecentlyRejected(diagnosis) => RefreshDenial::RejectedToken(diagnosis.code()),
            Self::TooManyTokens { .. } => RefreshDenial::TooManyTokens,
            Self::NoRefreshToken { .. } => RefreshDenial::NoRefreshToken,
            Self::Misconfigured(diagnosis) => RefreshDenial::Misconfigured(diagnosis.code()),
            Self::RefreshTokenDead => RefreshDenial::RefreshTokenEnded,
            Self::BackedOff { .. } => return RefreshOutcome::BackedOff,
        })
    }
}
