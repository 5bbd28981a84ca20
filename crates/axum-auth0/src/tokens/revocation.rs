//! Revocation of refresh tokens (RFC 7009).

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::{
    access::Tokens,
    error::TokenError,
    refresh::Refresher,
    revocation_log::{is_unsupported, log_revocation},
    token_set::TokenSet,
};
use crate::{
    diagnosis::Diagnosis,
    oauth::EndpointError,
    store::{CasOutcome, LoginId},
    tasks::Work,
};

impl Tokens {
    /// Revokes the refresh token of an ended login, in a task. The result is ignored.
    pub(crate) fn revoke(&self, login: LoginId, refresh_token: Option<String>) -> JoinHandle<()> {
        let refresher = Arc::clone(&self.0);
        self.0.tasks.spawn(Work::Revocation, async move {
            let Some(refresh_token) = refresh_token else {
                return;
            };
            let revoked = refresher.endpoint.revoke(&refresh_token).await;
            let event = log_revocation(Some(login), &revoked);
            refresher.events.emit_logged(&event);
        })
    }

    /// Revokes the login's refresh token at the provider and deletes it. Cached access tokens remain valid until they
    /// expire. Runs in a task, so that a client that disconnects does not cancel it.
    ///
    /// # Errors
    ///
    /// If the provider or the store is unavailable, or the provider cannot revoke tokens.
    pub(crate) async fn revoke_refresh_token(&self, login: LoginId) -> Result<(), TokenError> {
        let refresher = Arc::clone(&self.0);
        let task = self.0.tasks.spawn(Work::Revocation, async move {
            // Not concurrent with a refresh, here or in another process, which would send a revoked token.
            let in_flight = refresher.in_flight.of(login);
            let _guard = in_flight.lock().await;
            let lease = refresher.acquire_lease(login).await?;
            let result = refresher.revoke_leased(login).await;
            lease.release().await;
            result
        });
        task.await.unwrap_or_else(|error| {
            tracing::error!(?login, %error, "token revocation panicked");
            Err(TokenError::ProviderUnavailable { retry_after: None })
        })
    }
}

impl Refresher {
    async fn revoke_leased(&self, login: LoginId) -> Result<(), TokenError> {
        let (mut record, mut set) = self.sets.load(login).await?;
        while let Some(refresh_token) = set.refresh_token.take() {
            let revoked = self.endpoint.revoke(&refresh_token).await;
            self.events
                .emit_logged(&log_revocation(Some(login), &revoked));
            revoked.map_err(revocation_error)?;
            let set_without = TokenSet {
                revoked: true,
                ..set
            };
            match self.sets.save(&record, &set_without).await? {
                CasOutcome::Swapped => return Ok(()),
                CasOutcome::Missing => return Err(TokenError::SignInRequired),
                // A process that was suspended for longer than its lease has refreshed in the meantime. Its refresh
                // token is also revoked.
                CasOutcome::Conflict => {}
            }
            (record, set) = self.sets.load(login).await?;
        }
        Ok(())
    }
}

/// Logs why a revocation failed and returns the error for the caller.
fn revocation_error(error: EndpointError) -> TokenError {
    let misconfigured = |code: &str, description: Option<&str>| {
        let diagnosis = Diagnosis::of_error_response(code, description, None);
        diagnosis.log("token revocation failed");
        TokenError::Misconfigured(Box::new(diagnosis))
    };
    match error {
        error if is_unsupported(&error) => TokenError::RevocationUnsupported,
        EndpointError::ErrorResponse { code, description } => {
            misconfigured(&code, description.as_deref())
        }
        EndpointError::UnexpectedStatus { status } => {
            misconfigured(&format!("status {}", status.as_u16()), None)
        }
        error => {
            let retry_after = match error {
                EndpointError::Unavailable { retry_after, .. } => retry_after,
                _ => None,
            };
            TokenError::ProviderUnavailable { retry_after }
        }
    }
}
