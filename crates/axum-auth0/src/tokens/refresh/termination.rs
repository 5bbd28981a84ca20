//! Ends sessions, and revokes their remaining refresh tokens.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use super::{
    outcome::{Attempt, Termination},
    refresher::Refresher,
};
use crate::{
    diagnosis::Diagnosis,
    store::{LoginId, LoginRecord},
    tokens::{cached_token::CachedToken, error::TokenError},
};

impl Refresher {
    /// Ends the session. Always returns the error for the caller.
    pub(super) async fn terminate_session(
        &self,
        login: LoginId,
        attempt: &Attempt<'_>,
        termination: Termination,
        new_refresh_token: Option<&SecretString>,
    ) -> Result<CachedToken, TokenError> {
        match termination {
            Termination::OtherUser => {
                tracing::error!(
                    ?login,
                    "security: the refreshed ID token is of another user or forged; session terminated"
                );
                self.sets.delete(login).await?;
                self.revoke_unused(new_refresh_token).await;
            }
            Termination::DeadRefreshToken { may_be_reuse } => {
                // Keeps the session if a process that lost its lease has stored a newer refresh token.
                let (_, set) = self.sets.load(login).await?;
                if set.refresh_token != attempt.refresh_token {
                    return Err(TokenError::ProviderUnavailable {
                        retry_after: Some(Duration::from_secs(1)),
                    });
                }
                let diagnosis = if may_be_reuse {
                    Diagnosis::RefreshTokenReused
                } else {
                    Diagnosis::RefreshTokenEnded
                };
                tracing::warn!(?login, code = diagnosis.code().as_str(), cause = %diagnosis.cause(), fix = %diagnosis.fix(), "session terminated");
                self.sets.delete(login).await?;
            }
        }
        Err(TokenError::SignInRequired)
    }

    /// Returns whether the user of an ended login is logged in again. At some providers the revocation of one refresh
    /// token ends all of the user's tokens, which would also end the new login.
    pub(super) async fn has_newer_login(&self, ended: &LoginRecord) -> bool {
        match self.sets.store.find_logins(ended.user(), 1).await {
            Ok(latest) => latest
                .first()
                .is_some_and(|latest| latest.created_at >= ended.created_at),
            Err(error) => {
                tracing::warn!(login = ?ended.id, %error, "failed to look for a newer login; the refresh token is not revoked");
                true
            }
        }
    }

    /// Revokes a new refresh token that no session uses. The result is ignored.
    pub(super) async fn revoke_unused(&self, refresh_token: Option<&SecretString>) {
        if let Some(refresh_token) = refresh_token
            && let Err(error) = self.endpoint.revoke(refresh_token.expose_secret()).await
        {
            tracing::warn!(%error, "failed to revoke a refresh token of an ended session");
        }
    }
}
