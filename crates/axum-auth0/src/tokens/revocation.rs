//! Giving refresh tokens back (RFC 7009).

use std::sync::Arc;

use tokio::{task::JoinHandle, time::Instant};

use super::{
    TokenError, TokenSet, Tokens,
    lease::{Attempt, attempt},
    refresh::{LEASE_TIMEOUT, POLL_INTERVAL, Refresher},
};
use crate::{
    diagnosis::Diagnosis,
    oauth::EndpointError,
    store::{CasOutcome, LoginId},
    tasks::Work,
};

impl Tokens {
    /// Revokes the refresh token of a login that has ended, in a task of its own; nothing depends on the outcome.
    pub(crate) fn revoke(&self, login: LoginId, refresh_token: Option<String>) -> JoinHandle<()> {
        let inner = Arc::clone(&self.0);
        self.0.tasks.spawn(Work::Revocation, async move {
            let Some(refresh_token) = refresh_token else {
                return;
            };
            match inner.endpoint.revoke(&refresh_token).await {
                Ok(()) => {}
                Err(error @ EndpointError::NoRevocationEndpoint) => {
                    tracing::debug!(?login, %error, "the refresh token of an ended login is not revoked");
                }
                Err(error) => {
                    tracing::warn!(?login, %error, "failed to revoke the refresh token of an ended login");
                }
            }
        })
    }

    /// Revokes the login's refresh token at the provider, and forgets it. The access tokens that are held stay good until
    /// their end. In a task of its own, as a refresh: nothing is left half done where the caller hangs up.
    pub(crate) async fn revoke_refresh_token(&self, login: LoginId) -> Result<(), TokenError> {
        let inner = Arc::clone(&self.0);
        let task = self.0.tasks.spawn(Work::Revocation, async move {
            // Not beside a refresh, here or in another process: it would show a token that was just revoked.
            let flight = inner.flights.of(login);
            let _alone = flight.turn().await;
            let begin = Instant::now();
            loop {
                match attempt(&inner.store, login, &inner.clock, &inner.random).await? {
                    Attempt::Taken(lease) => {
                        let result = inner.revoke_leased(login).await;
                        lease.end().await;
                        return result;
                    }
                    Attempt::Gone => return Err(TokenError::SignInRequired),
                    Attempt::Held if begin.elapsed() >= LEASE_TIMEOUT => {
                        return Err(TokenError::ProviderUnavailable { retry_after: None });
                    }
                    Attempt::Held => tokio::time::sleep(POLL_INTERVAL).await,
                }
            }
        });
        task.await.unwrap_or_else(|error| {
            tracing::error!(%error, "the revocation did not finish");
            Err(TokenError::ProviderUnavailable { retry_after: None })
        })
    }
}

impl Refresher {
    async fn revoke_leased(&self, login: LoginId) -> Result<(), TokenError> {
        let (mut row, mut set) = self.load(login).await?;
        let Some(mut refresh_token) = set.refresh_token.take() else {
            return Ok(());
        };
        loop {
            self.revoke_one(&refresh_token).await?;
            match self.save(&row, &without_refresh_token(set)).await? {
                CasOutcome::Swapped => return Ok(()),
                CasOutcome::Missing => return Err(TokenError::SignInRequired),
                // A process that slept through its lease refreshed in between: what it got is to be revoked, too.
                CasOutcome::Conflict => {}
            }
            (row, set) = self.load(login).await?;
            match set.refresh_token.take() {
                Some(other) => refresh_token = other,
                None => return Ok(()),
            }
        }
    }

    async fn revoke_one(&self, refresh_token: &str) -> Result<(), TokenError> {
        match self.endpoint.revoke(refresh_token).await {
            Ok(()) => Ok(()),
            Err(EndpointError::NoRevocationEndpoint) => Err(TokenError::RevocationUnsupported),
            // RFC 7009 §2.2.1: it revokes other tokens, but no refresh tokens.
            Err(EndpointError::ErrorResponse { code, .. }) if code == "unsupported_token_type" => {
                Err(TokenError::RevocationUnsupported)
            }
            Err(EndpointError::ErrorResponse { code, description }) => {
                let diagnosis = Diagnosis::of_refusal(&code, description.as_deref(), None);
                diagnosis.log();
                Err(TokenError::Misconfigured(Box::new(diagnosis)))
            }
            Err(EndpointError::UnexpectedStatus { status }) => {
                let code = format!("status {}", status.as_u16());
                let diagnosis = Diagnosis::of_refusal(&code, None, None);
                diagnosis.log();
                Err(TokenError::Misconfigured(Box::new(diagnosis)))
            }
            Err(EndpointError::Unavailable { retry_after, .. }) => {
                Err(TokenError::ProviderUnavailable { retry_after })
            }
            Err(error) => {
                tracing::warn!(%error, "the refresh token could not be revoked");
                Err(TokenError::ProviderUnavailable { retry_after: None })
            }
        }
    }
}

fn without_refresh_token(mut set: TokenSet) -> TokenSet {
    set.refresh_token = None;
    set.revoked = true;
    set
}
