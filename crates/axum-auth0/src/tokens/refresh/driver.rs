//! Runs a refresh: lock, lease, decision, request, commit.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;
use tracing::Instrument as _;

use super::{
    decision::{Decision, Denial},
    lease::{LeaseAcquisition, RefreshLease},
    refresher::{LEASE_TIMEOUT, POLL_INTERVAL, Refresher},
};
use crate::{
    config::ApiSettings,
    events::RefreshOutcome,
    failpoint,
    store::{CasOutcome, LoginId, LoginRecord},
    tasks::Work,
    tokens::{
        cached_token::CachedToken,
        error::{TokenError, audience_missing, store_unavailable},
        freshness::TokenRequirement,
        token_request::TokenRequest,
        token_set::TokenSet,
    },
};

/// Maximum time to wait for the next second.
const NEXT_SECOND_TIMEOUT: Duration = Duration::from_millis(1_500);

/// Maximum number of refreshes of one call that are interrupted, because the process was suspended. After them it gives up.
const MAX_INTERRUPTIONS: u8 = 3;

/// Time to wait after a lease is taken over from a process that did not release it. That process may have a new refresh token
/// and be about to store it: it could not renew its lease during an outage of the store, and saves within half a second
/// after it.
pub(super) const TAKEOVER_DELAY: Duration = Duration::from_secs(1);

/// Result of a refresh under a lease.
enum LeasedRefresh {
    Completed(CachedToken),
    /// The lease may have expired before the request, so no request was sent.
    LeaseExpired,
    /// The new token expired before it was stored. Its refresh token is stored.
    TokenExpired,
}

impl Refresher {
    /// Returns a token that satisfies `requirement`, refreshing if necessary.
    ///
    /// Runs in a task, so that a client that disconnects does not cancel it between the response and the store.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub(in crate::tokens) async fn refresh(
        self: &Arc<Self>,
        login: LoginId,
        api: &Arc<ApiSettings>,
        scope: Vec<String>,
        requirement: TokenRequirement,
    ) -> Result<CachedToken, TokenError> {
        let (this, api) = (Arc::clone(self), Arc::clone(api));
        let task = self.tasks.spawn(Work::Refresh, async move {
            let Some(request) = TokenRequest::with_exact_scope(&api, scope) else {
                return Err(audience_missing(&api));
            };
            let in_flight = this.in_flight.of(login);
            let guard = in_flight.lock().await;
            if let Some(error) = guard.shared_failure(&request) {
                return Err(error);
            }
            let span = tracing::debug_span!("token_refresh", ?login, audience = %request.audience);
            let refresh = Box::pin(this.refresh_locked(login, &request, requirement));
            let result = refresh.instrument(span).await;
            guard.complete(&request, &result);
            result
        });
        task.await.unwrap_or_else(|error| {
            tracing::error!(?login, %error, "token refresh panicked");
            Err(TokenError::ProviderUnavailable { retry_after: None })
        })
    }

    /// Refreshes as the only task of this process, after acquiring the lease.
    async fn refresh_locked(
        &self,
        login: LoginId,
        request: &TokenRequest<'_>,
        requirement: TokenRequirement,
    ) -> Result<CachedToken, TokenError> {
        let mut start = Instant::now();
        let mut interruptions = 0;
        loop {
            let (_, set) = self.sets.load(login).await?;
            // Another process may have refreshed while this one waited.
            match self.decide(&set, request, requirement) {
                Decision::UseCached(token) => return Ok(token),
                Decision::Fail(denial) => {
                    return Err(self.denied_without_request(login, &set, denial));
                }
                Decision::UseOnce(_) | Decision::Refresh => {}
            }
            failpoint::reached("refresh:before-lease").await;
            let lease =
                RefreshLease::acquire(&self.sets.store, login, &self.clock, &self.random).await;
            match lease.map_err(store_unavailable("failed to acquire a refresh lease"))? {
                LeaseAcquisition::Acquired(lease) => {
                    if lease.previous_abandoned {
                        tokio::time::sleep(TAKEOVER_DELAY).await;
                    }
                    let result = self
                        .refresh_leased(login, request, requirement, &lease)
                        .await;
                    lease.release().await;
                    match result? {
                        LeasedRefresh::Completed(token) => return Ok(token),
                        LeasedRefresh::LeaseExpired | LeasedRefresh::TokenExpired
                            if interruptions < MAX_INTERRUPTIONS =>
                        {
                            interruptions += 1;
                            start = Instant::now();
                        }
                        LeasedRefresh::LeaseExpired | LeasedRefresh::TokenExpired => break,
                    }
                }
                LeaseAcquisition::LoginMissing => {
                    self.report(login, RefreshOutcome::SessionEnded);
                    return Err(TokenError::SignInRequired);
                }
                LeaseAcquisition::HeldElsewhere if start.elapsed() >= LEASE_TIMEOUT => break,
                LeaseAcquisition::HeldElsewhere => tokio::time::sleep(POLL_INTERVAL).await,
            }
        }
        tracing::warn!(
            ?login,
            interruptions,
            "token refresh given up: no lease, or interrupted too often"
        );
        self.report(login, RefreshOutcome::NotStarted);
        Err(TokenError::ProviderUnavailable {
            retry_after: Some(Duration::from_secs(1)),
        })
    }

    /// Refreshes as the only process. The tokens are read again under the lease.
    async fn refresh_leased(
        &self,
        login: LoginId,
        request: &TokenRequest<'_>,
        requirement: TokenRequirement,
        lease: &RefreshLease,
    ) -> Result<LeasedRefresh, TokenError> {
        let (record, set) = self.sets.load(login).await?;
        match self.decide(&set, request, requirement) {
            Decision::UseCached(token) => return Ok(LeasedRefresh::Completed(token)),
            Decision::UseOnce(token) => return self.use_once(record, set, token).await,
            Decision::Fail(denial) => {
                return Err(self.denied_without_request(login, &set, denial));
            }
            Decision::Refresh => {}
        }
        let before = set.find(request).cloned();
        let token = match self
            .refresh_once(record, set, request, requirement, lease)
            .await?
        {
            LeasedRefresh::Completed(token) => token,
            interrupted => return Ok(interrupted),
        };
        // The provider issues another token in the next second.
        if !requirement.is_same_token_again(before.as_ref(), &token)
            || !self.wait_for_next_second().await
            || lease.may_have_expired()
        {
            return Ok(LeasedRefresh::Completed(token));
        }
        let (record, set) = self.sets.load(login).await?;
        if set.refresh_token.is_none() {
            return Ok(LeasedRefresh::Completed(token));
        }
        self.refresh_once(record, set, request, requirement, lease)
            .await
    }

    /// Sends one request and stores its result.
    async fn refresh_once(
        &self,
        record: LoginRecord,
        set: TokenSet,
        request: &TokenRequest<'_>,
        requirement: TokenRequirement,
        lease: &RefreshLease,
    ) -> Result<LeasedRefresh, TokenError> {
        let login = record.id;
        tracing::debug!(?login, audience = %request.audience, "refreshing tokens");
        let Some((attempt, response)) = self
            .send_refresh(login, &set, request, requirement, lease)
            .await?
        else {
            return Ok(LeasedRefresh::LeaseExpired);
        };
        if response.tokens.is_ok() {
            failpoint::reached("refresh:after-response").await;
        }
        let token = self
            .commit_refresh(record, set, &attempt, &response)
            .await?;
        if token.is_in_use(self.clock.unix_seconds()) {
            return Ok(LeasedRefresh::Completed(token));
        }
        tracing::warn!(
            ?login,
            "the access token expired before it was stored; refreshing again"
        );
        Ok(LeasedRefresh::TokenExpired)
    }

    /// Returns a token without a lifetime after it was stored as spent.
    async fn use_once(
        &self,
        mut record: LoginRecord,
        mut set: TokenSet,
        token: CachedToken,
    ) -> Result<LeasedRefresh, TokenError> {
        // Ends if another process has spent the token.
        while !set
            .cached
            .iter()
            .any(|cached| cached.token == token.token && cached.is_spent)
        {
            set.insert(token.clone());
            match self.sets.save(&record, &set).await? {
                CasOutcome::Swapped => return Ok(LeasedRefresh::Completed(token)),
                CasOutcome::Missing => return Err(TokenError::SignInRequired),
                // A change of the application's data, or another process.
                CasOutcome::Conflict => {}
            }
            (record, set) = self.sets.load(record.id).await?;
        }
        let is_revoked = set.revoked;
        let denial = Denial::NoRefreshToken { is_revoked };
        Err(self.denied_without_request(record.id, &set, denial))
    }

    /// Waits for the next second. Returns `false` if the clock does not advance.
    async fn wait_for_next_second(&self) -> bool {
        let (start, second) = (Instant::now(), self.clock.unix_seconds());
        while self.clock.unix_seconds() <= second {
            if start.elapsed() > NEXT_SECOND_TIMEOUT {
                return false;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        true
    }
}
