//! Exchanges whose subject token is the refresh token of a login (RFC 8693).
//!
//! The provider may rotate the refresh token with the exchange. It therefore runs like a refresh: as the only one of the login
//! over all replicas, in a task, and what the response changes is stored before it is returned.

use std::{sync::Arc, time::Duration};

use secrecy::ExposeSecret as _;
use tokio::time::{Instant, timeout};

use super::{
    driver::TAKEOVER_DELAY,
    lease::{LeaseAcquisition, RefreshLease},
    refresher::{LEASE_TIMEOUT, POLL_INTERVAL, Refresher},
    request::{PERMIT_TIMEOUT, backed_off},
};
use crate::{
    diagnosis::Diagnosis,
    dpop::DpopKey,
    oauth::{EndpointError, EndpointResponse, IssuedTokenType, REFRESH_TOKEN_TYPE, TokenResponse},
    store::{CasOutcome, LoginId, LoginRecord},
    tasks::Work,
    tokens::{
        error::{TokenError, log_unusable, store_unavailable, unusable},
        token_set::TokenSet,
    },
};

/// An exchange of the refresh token of a login for a token of another type.
pub(in crate::tokens) trait RefreshTokenExchange: Send + Sync + 'static {
    /// The result for the caller.
    type Output: Send + 'static;

    const GRANT_TYPE: &'static str;
    const REQUESTED_TOKEN_TYPE: &'static str;

    /// Returns the parameters besides the grant type and the types and values of the tokens.
    fn parameters(&self) -> Vec<(&'static str, &str)>;

    /// Returns the cached result. `now` is in seconds since 1970.
    fn cached(&self, set: &TokenSet, now: i64) -> Option<Self::Output>;

    /// Returns the result of a response, and whether the set changed. `requested_at` is in seconds since 1970.
    fn received(
        &self,
        set: &mut TokenSet,
        response: &TokenResponse,
        requested_at: i64,
    ) -> (Self::Output, bool);
}

/// Error of an exchange. The session continues.
#[derive(Debug)]
pub(crate) enum SubjectTokenError {
    Token(TokenError),
    Endpoint(EndpointError),
}

impl From<TokenError> for SubjectTokenError {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

impl Refresher {
    /// Runs an exchange, unless its result is cached.
    ///
    /// # Errors
    ///
    /// See [`SubjectTokenError`].
    pub(in crate::tokens) async fn exchange_refresh_token<E: RefreshTokenExchange>(
        self: &Arc<Self>,
        login: LoginId,
        exchange: E,
    ) -> Result<E::Output, SubjectTokenError> {
        let this = Arc::clone(self);
        let task = self.tasks.spawn(Work::Refresh, async move {
            let in_flight = this.in_flight.of(login);
            let _guard = in_flight.lock().await;
            let (_, set) = this.sets.load(login).await?;
            if let Some(cached) = exchange.cached(&set, this.clock.unix_seconds()) {
                return Ok(cached);
            }
            let lease = this.acquire_lease(login).await?;
            if lease.previous_abandoned {
                tokio::time::sleep(TAKEOVER_DELAY).await;
            }
            let result = this.exchange_leased(login, &exchange, &lease).await;
            lease.release().await;
            result
        });
        task.await.unwrap_or_else(|error| {
            tracing::error!(?login, %error, "token exchange panicked");
            Err(TokenError::ProviderUnavailable { retry_after: None }.into())
        })
    }

    /// Acquires the refresh lease of `login`, and waits for that of another process.
    ///
    /// # Errors
    ///
    /// If the login has ended, the store is unavailable, or another process holds the lease for too long.
    pub(in crate::tokens) async fn acquire_lease(
        &self,
        login: LoginId,
    ) -> Result<RefreshLease, TokenError> {
        let start = Instant::now();
        loop {
            let lease =
                RefreshLease::acquire(&self.sets.store, login, &self.clock, &self.random).await;
            match lease.map_err(store_unavailable("failed to acquire a refresh lease"))? {
                LeaseAcquisition::Acquired(lease) => return Ok(lease),
                LeaseAcquisition::LoginMissing => return Err(TokenError::SignInRequired),
                LeaseAcquisition::HeldElsewhere if start.elapsed() >= LEASE_TIMEOUT => {
                    return Err(TokenError::ProviderUnavailable { retry_after: None });
                }
                LeaseAcquisition::HeldElsewhere => tokio::time::sleep(POLL_INTERVAL).await,
            }
        }
    }

    async fn exchange_leased<E: RefreshTokenExchange>(
        &self,
        login: LoginId,
        exchange: &E,
        lease: &RefreshLease,
    ) -> Result<E::Output, SubjectTokenError> {
        let (record, set) = self.sets.load(login).await?;
        if let Some(cached) = exchange.cached(&set, self.clock.unix_seconds()) {
            return Ok(cached);
        }
        let Some(refresh_token) = set.refresh_token.clone() else {
            return Err(self.without_refresh_token(&set).into());
        };
        let retry_soon = || TokenError::ProviderUnavailable {
            retry_after: Some(Duration::from_secs(1)),
        };
        let Ok(_permit) = timeout(PERMIT_TIMEOUT, self.permits.acquire()).await else {
            return Err(retry_soon().into());
        };
        let permit = self.provider_backoff.acquire().map_err(backed_off)?;
        // A process that was suspended must not send a refresh token that another process has used.
        if lease.may_have_expired() || !self.has_time_to_save() {
            return Err(retry_soon().into());
        }
        let key = self.dpop_key(&set).map_err(|error| {
            tracing::error!(?login, %error, "token exchange not started: no key could be generated");
            retry_soon()
        })?;
        let requested_at = self.clock.unix_seconds();
        let response = self
            .send_exchange_of::<E>(&refresh_token, exchange, key.as_ref())
            .await;
        // A failure is not recorded: it may be the other service's, while refreshes succeed.
        if matches!(
            response.tokens,
            Ok(_) | Err(EndpointError::ErrorResponse { .. })
        ) {
            permit.record_response();
        }
        self.store_exchange_of(
            record,
            set,
            exchange,
            (&refresh_token, requested_at),
            &response,
        )
        .await
    }

    async fn send_exchange_of<E: RefreshTokenExchange>(
        &self,
        refresh_token: &str,
        exchange: &E,
        key: Option<&DpopKey>,
    ) -> EndpointResponse {
        let mut form = vec![
            ("grant_type", E::GRANT_TYPE),
            ("subject_token", refresh_token),
            ("subject_token_type", REFRESH_TOKEN_TYPE),
            ("requested_token_type", E::REQUESTED_TOKEN_TYPE),
        ];
        form.extend(exchange.parameters());
        self.endpoint
            .exchange_token(
                &form,
                IssuedTokenType::Exactly(E::REQUESTED_TOKEN_TYPE),
                key,
            )
            .await
    }

    /// Stores a new refresh token and the result, by compare-and-swap.
    async fn store_exchange_of<E: RefreshTokenExchange>(
        &self,
        mut record: LoginRecord,
        mut set: TokenSet,
        exchange: &E,
        (refresh_token, requested_at): (&str, i64),
        response: &EndpointResponse,
    ) -> Result<E::Output, SubjectTokenError> {
        let new = response.refresh_token.as_ref();
        loop {
            // Another process has stored a newer one.
            let is_superseded = set.refresh_token.as_deref() != Some(refresh_token);
            let mut is_changed = false;
            if !is_superseded {
                let is_unknown = response
                    .tokens
                    .as_ref()
                    .is_err_and(EndpointError::is_outcome_unknown);
                if let Some(new) = new {
                    set.refresh_token = Some(new.expose_secret().to_owned());
                    set.refresh_outcome_unknown = false;
                    is_changed = true;
                } else if is_unknown && !set.refresh_outcome_unknown {
                    set.refresh_outcome_unknown = true;
                    is_changed = true;
                }
            }
            let result = match &response.tokens {
                Ok(tokens) => {
                    let (output, is_inserted) = exchange.received(&mut set, tokens, requested_at);
                    is_changed |= is_inserted;
                    Ok(output)
                }
                Err(error) => Err(SubjectTokenError::Endpoint(error.clone())),
            };
            if !is_changed {
                // Without a write, only a read tells whether the login still exists.
                if result.is_ok() && self.is_missing(record.id).await? {
                    break;
                }
                return result;
            }
            match self.sets.save(&record, &set).await? {
                CasOutcome::Swapped => return result,
                CasOutcome::Missing => break,
                CasOutcome::Conflict => {}
            }
            (record, set) = match self.sets.load_with_retries(record.id).await {
                Err(TokenError::SignInRequired) => break,
                loaded => loaded?,
            };
        }
        // The login has ended in the meantime.
        if !self.has_newer_login(&record).await {
            self.revoke_unused(new).await;
        }
        Err(TokenError::SignInRequired.into())
    }

    /// Returns the error for a login without a refresh token. If the configuration is the cause, a new login has none, either.
    fn without_refresh_token(&self, set: &TokenSet) -> TokenError {
        if set.revoked {
            return TokenError::SignInRequired;
        }
        let diagnosis = Diagnosis::NoRefreshToken {
            is_requested: self.requested_grant.offline_access(),
        };
        let is_current = self.is_current(set);
        log_unusable(&diagnosis, is_current, "token exchange failed");
        unusable(diagnosis, is_current)
    }
}
