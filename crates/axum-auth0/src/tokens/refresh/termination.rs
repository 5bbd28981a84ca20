//! Ends sessions, and revokes their remaining refresh tokens.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use super::{
    outcome::{Attempt, Termination},
    refresher::Refresher,
};
use crate::{
    diagnosis::Diagnosis,
    events::{
        AuthEvent, EventSubject, ProviderEnd, RefreshDenial, RefreshOutcome, SessionEnd, TARGET,
    },
    store::{LoginId, LoginRecord},
    tokens::{cached_token::CachedToken, error::TokenError, revocation_log::log_revocation},
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
                let reason = ProviderEnd::OtherUser;
                self.report(login, RefreshOutcome::Denied(RefreshDenial::OtherUser));
                if let Some(event) = self.end_session(login, reason).await? {
                    tracing::error!(
                        target: TARGET,
                        ?login, event = event.name(), reason = "other_user",
                        "security: the refreshed ID token is of another user or forged; session terminated"
                    );
                    self.events.emit_logged(&event);
                }
                self.revoke_unused(new_refresh_token).await;
            }
            Termination::DeadRefreshToken { may_be_reuse } => {
                // Keeps the session if a process that lost its lease has stored a newer refresh token.
                let (_, set) = self.sets.load(login).await?;
                if set.refresh_token != attempt.refresh_token {
                    self.report(login, RefreshOutcome::Superseded);
                    return Err(TokenError::ProviderUnavailable {
                        retry_after: Some(Duration::from_secs(1)),
                    });
                }
                let (diagnosis, outcome, reason) = if may_be_reuse {
                    (
                        Diagnosis::RefreshTokenReused,
                        RefreshOutcome::Reused,
                        ProviderEnd::RefreshTokenReused,
                    )
                } else {
                    (
                        Diagnosis::RefreshTokenEnded,
                        RefreshOutcome::Denied(RefreshDenial::RefreshTokenEnded),
                        ProviderEnd::RefreshTokenEnded,
                    )
                };
                self.report(login, outcome);
                if let Some(event) = self.end_session(login, reason).await? {
                    let reason = SessionEnd::Provider(reason).as_str();
                    tracing::warn!(
                        target: TARGET,
                        ?login, event = event.name(), reason,
                        code = diagnosis.code().as_str(), cause = %diagnosis.cause(), fix = %diagnosis.fix(),
                        "session terminated"
                    );
                    self.events.emit_logged(&event);
                }
            }
        }
        Err(TokenError::SignInRequired)
    }

    /// Deletes the login. Returns the event, unless the session has already ended.
    async fn end_session(
        &self,
        login: LoginId,
        reason: ProviderEnd,
    ) -> Result<Option<AuthEvent>, TokenError> {
        let ended = self.sets.delete(login).await?;
        Ok(ended.map(|row| AuthEvent::SessionEnded {
            login,
            subject: EventSubject::of(&row.subject),
            reason: SessionEnd::Provider(reason),
        }))
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
        if let Some(refresh_token) = refresh_token {
            let revoked = self.endpoint.revoke(refresh_token.expose_secret()).await;
            self.events.emit_logged(&log_revocation(None, &revoked));
        }
    }
}
