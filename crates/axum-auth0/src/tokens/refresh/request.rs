//! The refresh request: permits, the request, and a second request if the connection was lost.

use std::time::Duration;

use tokio::time::timeout;

use super::{lease::RefreshLease, outcome::Attempt, refresher::Refresher};
use crate::{
    dpop::DpopKey,
    events::{RefreshDenial, RefreshOutcome},
    failpoint,
    jwt::KeyGenerationError,
    oauth::{EndpointError, EndpointResponse, RequestEffect},
    store::LoginId,
    tokens::{
        error::TokenError,
        failure::{Classification, ProviderHealth},
        freshness::TokenRequirement,
        provider_backoff::{BackedOff, ProviderPermit},
        token_request::TokenRequest,
        token_set::TokenSet,
        token_set_store::SAVE_TIMEOUT,
    },
};

/// Maximum time that a refresh waits for a request permit.
pub(super) const PERMIT_TIMEOUT: Duration = Duration::from_secs(10);

impl Refresher {
    /// Sends a refresh request with the refresh token of `set`. Returns `None` if the lease may have expired before.
    ///
    /// # Errors
    ///
    /// If the provider is backed off, too many requests are in flight, or the process is shutting down.
    pub(super) async fn send_refresh<'a>(
        &self,
        login: LoginId,
        set: &TokenSet,
        request: &'a TokenRequest<'a>,
        requirement: TokenRequirement,
        lease: &RefreshLease,
    ) -> Result<Option<(Attempt<'a>, EndpointResponse)>, TokenError> {
        let retry_soon = || TokenError::ProviderUnavailable {
            retry_after: Some(Duration::from_secs(1)),
        };
        let Ok(_permit) = timeout(PERMIT_TIMEOUT, self.permits.acquire()).await else {
            tracing::warn!(?login, "token refresh not started: too many in flight");
            self.report(login, RefreshOutcome::NotStarted);
            return Err(retry_soon());
        };
        if !self.has_time_to_save() {
            tracing::info!(?login, "token refresh not started: shutting down");
            self.report(login, RefreshOutcome::NotStarted);
            return Err(retry_soon());
        }
        // Acquired last, because other requests may have failed while this one waited for its permit.
        let permit = self.provider_backoff.acquire().map_err(|error| {
            self.report(login, outcome_of(&error));
            backed_off(error)
        })?;
        failpoint::reached("refresh:before-request").await;
        // A process that was suspended must not send a refresh token that another process has used.
        if lease.may_have_expired() {
            tracing::warn!(?login, "refresh lease expired before the request");
            return Ok(None);
        }
        let may_resend = set.backoff.is_none() && !permit.is_probe();
        let Ok(dpop_key) = self.dpop_key(set) else {
            tracing::error!(
                ?login,
                "token refresh not started: no key could be generated"
            );
            self.report(login, RefreshOutcome::NotStarted);
            return Err(retry_soon());
        };
        let key = dpop_key.as_ref();
        let mut requested_at = self.clock.unix_seconds();
        let mut response = self.request_refresh(set, request, key).await;
        // If the first request arrived, the refresh token is already consumed, and more providers accept it again if it
        // is sent soon. It is not sent again if the lease may have expired, because another process may have used it.
        let is_resent = may_resend
            && is_connection_lost(&response)
            && !lease.may_have_expired()
            && self.has_time_to_save();
        if is_resent {
            tracing::warn!(
                ?login,
                "the connection was lost during a token refresh; retrying with the same refresh token"
            );
            requested_at = self.clock.unix_seconds();
            response = self.request_refresh(set, request, key).await;
        }
        report(permit, &response, request);
        let attempt = Attempt {
            request,
            requirement,
            refresh_token: set.refresh_token.clone(),
            dpop_key,
            requested_at,
            may_be_reuse: set.refresh_outcome_unknown || lease.previous_abandoned || is_resent,
        };
        Ok(Some((attempt, response)))
    }

    /// Returns the key of the login. A login that started before `DPoP` was switched on gets one: the provider binds the
    /// refresh token of a confidential client to the client, not to a key (RFC 9449 §5).
    pub(super) fn dpop_key(&self, set: &TokenSet) -> Result<Option<DpopKey>, KeyGenerationError> {
        match &set.dpop_key {
            None => self.endpoint.dpop().new_key(),
            key => Ok(key.clone()),
        }
    }

    async fn request_refresh(
        &self,
        set: &TokenSet,
        request: &TokenRequest<'_>,
        key: Option<&DpopKey>,
    ) -> EndpointResponse {
        let refresh_token = set.refresh_token.as_deref().unwrap_or_default();
        let scope: &[String] = if request.is_of_login(&self.config) {
            &[]
        } else {
            &request.scope
        };
        self.endpoint
            .refresh_bound(refresh_token, Some(request.audience), scope, key)
            .await
    }

    /// Returns whether the result of a request sent now can be saved before the process exits.
    pub(super) fn has_time_to_save(&self) -> bool {
        self.tasks
            .has_time_for(self.config.http_timeout() + SAVE_TIMEOUT)
    }
}

fn is_connection_lost(response: &EndpointResponse) -> bool {
    matches!(
        response.tokens,
        Err(EndpointError::Unavailable {
            effect: RequestEffect::ConnectionLost,
            ..
        })
    )
}

/// Reports the health of the provider according to the response to its back-off.
fn report(permit: ProviderPermit, response: &EndpointResponse, request: &TokenRequest<'_>) {
    let health = match &response.tokens {
        Ok(_) => ProviderHealth::Working,
        Err(error) => {
            let classification = Classification::of(error, response.retry_after, request);
            ProviderHealth::after(error, &classification, response.retry_after)
        }
    };
    match health {
        ProviderHealth::Working => permit.record_response(),
        ProviderHealth::Failing {
            failure,
            is_certain,
        } => permit.record_failure(&failure, is_certain),
        ProviderHealth::Unknown => drop(permit),
    }
}

fn outcome_of(backed_off: &BackedOff) -> RefreshOutcome {
    match &backed_off.diagnosis {
        Some(diagnosis) => RefreshOutcome::Denied(RefreshDenial::Misconfigured(diagnosis.code())),
        None => RefreshOutcome::BackedOff,
    }
}

pub(super) fn backed_off(backed_off: BackedOff) -> TokenError {
    match backed_off.diagnosis {
        Some(diagnosis) => TokenError::Misconfigured(diagnosis),
        None => TokenError::ProviderUnavailable {
            retry_after: Some(backed_off.remaining),
        },
    }
}
