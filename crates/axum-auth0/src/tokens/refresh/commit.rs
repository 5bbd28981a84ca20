//! Stores the result of a refresh, before any other step that can fail.

use super::{
    outcome::{Attempt, Outcome, RefreshResult, Termination, Update, apply},
    refresher::Refresher,
};
use crate::{
    diagnosis::Diagnosis,
    events::{AuthEvent, RefreshDenial, RefreshOutcome, TARGET},
    failpoint,
    jwt::{TokenKind, decode_unverified},
    oauth::{EndpointError, EndpointResponse},
    organization::{Organization, is_token_of},
    provider::VerifyError,
    store::{CasOutcome, LoginId, LoginRecord},
    tokens::{
        cached_token::CachedToken,
        error::{TokenError, log_unusable, store_unavailable},
        failure::{Failure, FailureScope},
        token_set::TokenSet,
    },
};

/// Result of storing an update.
enum Committed {
    Stored {
        set: Box<TokenSet>,
        is_superseded: bool,
        result: RefreshResult,
    },
    /// The outcome ends the session; nothing is stored.
    Terminate(Termination),
    /// The login has ended in the meantime.
    LoginMissing(LoginRecord),
}

/// Returns whether a refreshed access token is for the organization of the login, whose ID token is `id_token`.
fn is_same_organization(id_token: Option<&str>, access_token: Option<&str>) -> bool {
    let (Some(id_token), Some(access_token)) = (id_token, access_token) else {
        return true;
    };
    // The ID token was verified at the login.
    let Ok(claims) = decode_unverified(id_token) else {
        return true;
    };
    let organization = Organization::of(claims.unverified());
    is_token_of(organization.as_ref().map(Organization::id), access_token)
}

impl Refresher {
    /// Stores the outcome of a response and returns its result.
    ///
    /// # Errors
    ///
    /// If the response does not contain the requested token, or if it could not be stored.
    pub(super) async fn commit_refresh(
        &self,
        record: LoginRecord,
        set: TokenSet,
        attempt: &Attempt<'_>,
        response: &EndpointResponse,
    ) -> Result<CachedToken, TokenError> {
        let (login, now) = (record.id, self.clock.unix_seconds());
        let id_token = response
            .tokens
            .as_ref()
            .ok()
            .and_then(|tokens| tokens.id_token.as_deref());
        // Checked before the new token becomes visible to other tasks.
        let is_same_user = match (set.id_token.as_deref(), id_token) {
            (Some(old), Some(new)) => self.id_tokens.is_same_user(old, new),
            _ => true,
        };
        let access_token = response.tokens.as_ref().ok();
        let access_token = access_token.map(|tokens| tokens.access_token.as_str());
        let is_same_user =
            is_same_user && is_same_organization(set.id_token.as_deref(), access_token);
        let outcome = Outcome::of(response, attempt, is_same_user, &self.config, now);
        let new_refresh_token = response.refresh_token.as_ref();
        let update = |set| apply(&outcome, attempt, new_refresh_token, set, now);
        let (set, is_superseded, result) = match self.compare_and_swap(record, set, update).await? {
            Committed::Stored {
                set,
                is_superseded,
                result,
            } => (set, is_superseded, result),
            Committed::Terminate(termination) => {
                return self
                    .terminate_session(login, attempt, termination, new_refresh_token)
                    .await;
            }
            Committed::LoginMissing(record) => {
                self.report(login, RefreshOutcome::SessionEnded);
                if response.tokens.is_ok() && !self.has_newer_login(&record).await {
                    self.revoke_unused(new_refresh_token).await;
                }
                return Err(TokenError::SignInRequired);
            }
        };
        match &response.tokens {
            Ok(_) => {
                failpoint::reached("refresh:after-store").await;
                if let Outcome::RejectedToken(diagnosis) = &outcome {
                    log_unusable(diagnosis, self.is_current(&set), "token refresh failed");
                }
                if is_superseded && set.refresh_token.is_none() {
                    self.revoke_unused(new_refresh_token).await;
                }
                // Runs after the tokens are stored, because verifying the signature may need a request to the provider.
                if let Some(id_token) = id_token
                    && !self.has_valid_signature(id_token).await
                {
                    let other_user = Termination::OtherUser;
                    return self
                        .terminate_session(login, attempt, other_user, new_refresh_token)
                        .await;
                }
            }
            Err(error) => {
                if let Outcome::Failed { failure, scope, .. } = &outcome {
                    let event = log_failure(login, &set, error, failure, *scope);
                    self.events.emit_logged(&event);
                }
            }
        }
        match result {
            RefreshResult::Token(token) => {
                self.report(login, RefreshOutcome::Granted);
                Ok(token)
            }
            RefreshResult::Denied(denial) => {
                if !matches!(outcome, Outcome::Failed { .. }) {
                    self.report(login, denial.outcome());
                }
                Err(self.denied(&set, denial))
            }
            RefreshResult::Terminate(termination) => {
                self.terminate_session(login, attempt, termination, new_refresh_token)
                    .await
            }
        }
    }

    /// Applies `update` to the stored tokens by compare-and-swap, and retries after each conflict.
    async fn compare_and_swap(
        &self,
        mut record: LoginRecord,
        mut set: TokenSet,
        update: impl Fn(TokenSet) -> Update,
    ) -> Result<Committed, TokenError> {
        loop {
            let (updated, is_superseded, result) = match update(set) {
                Update::Store {
                    set,
                    is_superseded,
                    result,
                } => (set, is_superseded, result),
                Update::Terminate(termination) => return Ok(Committed::Terminate(termination)),
            };
            match self.sets.save(&record, &updated).await? {
                CasOutcome::Swapped => {
                    return Ok(Committed::Stored {
                        set: updated,
                        is_superseded,
                        result,
                    });
                }
                CasOutcome::Missing => return Ok(Committed::LoginMissing(record)),
                CasOutcome::Conflict => {}
            }
            (record, set) = match self.sets.load_with_retries(record.id).await {
                // The login has ended, or a process with another secret changed it.
                Err(TokenError::SignInRequired) if self.is_missing(record.id).await? => {
                    return Ok(Committed::LoginMissing(record));
                }
                loaded => loaded?,
            };
        }
    }

    pub(super) async fn is_missing(&self, login: LoginId) -> Result<bool, TokenError> {
        let record = self.sets.store.load_login(&login).await;
        record
            .map(|record| record.is_none())
            .map_err(store_unavailable("failed to load tokens"))
    }

    /// Returns whether the provider signed a refreshed ID token.
    ///
    /// If the keys are unavailable, the token is accepted: it came from the token endpoint over TLS (OpenID Connect
    /// Core 1.0 §3.1.3.7, rule 6).
    async fn has_valid_signature(&self, id_token: &str) -> bool {
        if let Some(diagnosis) = Diagnosis::of_id_token(TokenKind::of(id_token)) {
            diagnosis.log("refreshed ID token not verified");
        }
        if TokenKind::of(id_token).is_unreadable() {
            return true;
        }
        match self.id_tokens.verify_signature(id_token).await {
            Ok(()) => true,
            Err(error @ (VerifyError::Unavailable(_) | VerifyError::UnknownKey)) => {
                tracing::warn!(%error, "signature of a refreshed ID token not verified");
                true
            }
            Err(error) => {
                tracing::error!(%error, "refreshed ID token rejected");
                false
            }
        }
    }
}

/// Logs a failed refresh with its cause. Returns the event.
fn log_failure(
    login: LoginId,
    set: &TokenSet,
    error: &EndpointError,
    failure: &Failure,
    scope: FailureScope,
) -> AuthEvent {
    let outcome = match &failure.diagnosis {
        Some(diagnosis) => RefreshOutcome::Denied(RefreshDenial::Misconfigured(diagnosis.code())),
        None => RefreshOutcome::ProviderUnavailable,
    };
    let refreshed = AuthEvent::TokenRefreshed { login, outcome };
    let (event, outcome) = (refreshed.name(), outcome.as_str());
    let backoff = set.backoff.as_ref();
    let failures = backoff.map(|backoff| backoff.failures);
    let retry_at = backoff.map(|backoff| backoff.retry_at);
    let reason = failure.kind.as_str();
    if let Some(diagnosis) = &failure.diagnosis {
        tracing::error!(
            target: TARGET,
            ?login,
            %error,
            ?scope,
            reason,
            failures,
            retry_at,
            event,
            outcome,
            code = diagnosis.code().as_str(),
            cause = %diagnosis.cause(),
            fix = %diagnosis.fix(),
            "token refresh failed: misconfiguration"
        );
    } else {
        tracing::warn!(
            target: TARGET,
            ?login, %error, ?scope, reason, failures, retry_at, event, outcome,
            "token refresh failed"
        );
    }
    refreshed
}
