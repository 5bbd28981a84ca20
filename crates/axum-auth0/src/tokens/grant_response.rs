//! Responses to grants other than the refresh token of a login: they change a set of tokens by the same rules as a refresh.

use super::{
    cached_token::CachedToken,
    error::TokenError,
    failure::{Failure, FailureKind, FailureScope},
    freshness::TokenRequirement,
    refresh::{Attempt, Denial, Outcome, RefreshResult, Update, apply},
    token_request::TokenRequest,
    token_set::TokenSet,
};
use crate::{
    config::Config,
    diagnosis::Diagnosis,
    oauth::{EndpointError, EndpointResponse},
};

/// Stands for the credentials of a set that needs no refresh token. Without one, no token would be requested.
const OTHER_CREDENTIALS: &str = "-";

impl TokenSet {
    /// Returns an empty set whose tokens are requested by another grant.
    pub(super) fn of_other_grant() -> Self {
        Self {
            refresh_token: Some(OTHER_CREDENTIALS.to_owned()),
            ..Self::default()
        }
    }
}

/// A request of another grant that was sent.
pub(super) struct GrantAttempt<'a> {
    pub(super) grant_type: &'static str,
    pub(super) request: &'a TokenRequest<'a>,
    pub(super) requirement: TokenRequirement,
    /// In seconds since 1970.
    pub(super) requested_at: i64,
}

impl GrantAttempt<'_> {
    /// Returns the set of tokens after `response`, and the result for the caller. `now` is in seconds since 1970.
    pub(super) fn apply(
        &self,
        response: &EndpointResponse,
        set: TokenSet,
        config: &Config,
        now: i64,
    ) -> (TokenSet, Result<CachedToken, TokenError>) {
        let attempt = Attempt {
            request: self.request,
            requirement: self.requirement,
            refresh_token: set.refresh_token.clone(),
            // Each token of another grant has its own key.
            dpop_key: None,
            requested_at: self.requested_at,
            may_be_reuse: false,
        };
        let outcome = match self.refusal(response) {
            Some(diagnosis) => refused(diagnosis),
            None => Outcome::of(response, &attempt, true, config, now),
        };
        let before = set.clone();
        match apply(&outcome, &attempt, None, set, now) {
            Update::Store {
                mut set, result, ..
            } => {
                // Unlike that of a login, the next request of a token without a lifetime can yield a better one.
                set.cached.retain(|token| !token.is_spent);
                let result = match result {
                    RefreshResult::Token(token) => Ok(token),
                    RefreshResult::Denied(denial) => Err(error_of(denial)),
                    RefreshResult::Terminate(_) => Err(unavailable()),
                };
                (*set, result)
            }
            // Only a refresh token can be dead.
            Update::Terminate(_) => (before, Err(unavailable())),
        }
    }

    /// Returns why the provider refuses the grant. The errors of a refresh have another meaning: no refresh token is dead.
    fn refusal(&self, response: &EndpointResponse) -> Option<Diagnosis> {
        let Err(EndpointError::ErrorResponse { code, description }) = &response.tokens else {
            return None;
        };
        let audience = Some((self.request.audience, self.request.api.audience_variable()));
        let diagnosis = Diagnosis::of_error_response(code, description.as_deref(), audience);
        Some(match (code.as_str(), diagnosis) {
            ("unsupported_grant_type", _) | (_, Diagnosis::GrantNotAllowed { .. }) => {
                Diagnosis::grant_refused(code, description.as_deref(), self.grant_type)
            }
            (_, diagnosis) => diagnosis,
        })
    }

    /// Logs why a response has no token.
    pub(super) fn log_failure(
        &self,
        response: &EndpointResponse,
        result: &Result<CachedToken, TokenError>,
    ) {
        let (grant_type, audience) = (self.grant_type, self.request.audience);
        match (result, &response.tokens) {
            (Err(TokenError::Misconfigured(diagnosis)), _) => diagnosis.log("token request failed"),
            (Err(_), Err(error)) => {
                tracing::warn!(%error, grant_type, audience, "token request failed");
            }
            _ => tracing::debug!(grant_type, audience, "received a token"),
        }
    }
}

fn refused(diagnosis: Diagnosis) -> Outcome {
    Outcome::Failed {
        failure: Failure {
            kind: FailureKind::Misconfigured,
            retry_after: None,
            diagnosis: Some(Box::new(diagnosis)),
        },
        scope: FailureScope::Token,
        is_unknown: false,
    }
}

fn unavailable() -> TokenError {
    TokenError::ProviderUnavailable { retry_after: None }
}

/// Returns the error for a denial, for which a new login would change nothing.
pub(super) fn error_of(denial: Denial) -> TokenError {
    match denial {
        Denial::RecentlyRejected(diagnosis) => TokenError::Misconfigured(Box::new(diagnosis)),
        Denial::Misconfigured(diagnosis) => TokenError::Misconfigured(diagnosis),
        Denial::TooManyTokens { retry_after } => TokenError::TooManyTokens { retry_after },
        Denial::BackedOff { retry_after } => TokenError::ProviderUnavailable { retry_after },
        Denial::TokenWithoutLifetime | Denial::RefreshTokenDead | Denial::NoRefreshToken { .. } => {
            unavailable()
        }
    }
}
