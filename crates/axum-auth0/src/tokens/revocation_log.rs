//! The log lines of revocations. They are events with the cause of a failure.

use tracing::field::debug;

use crate::{
    events::{AuthEvent, RevocationOutcome, TARGET},
    oauth::EndpointError,
    store::LoginId,
};

/// Logs the result of a revocation at the provider. Returns the event.
pub(super) fn log_revocation(
    login: Option<LoginId>,
    result: &Result<(), EndpointError>,
) -> AuthEvent {
    let outcome = match result {
        Ok(()) => RevocationOutcome::Revoked,
        Err(error) if is_unsupported(error) => RevocationOutcome::Unsupported,
        Err(_) => RevocationOutcome::Failed,
    };
    let revoked = AuthEvent::TokenRevoked { login, outcome };
    let (event, login) = (revoked.name(), login.map(debug));
    match result {
        Ok(()) => {
            tracing::debug!(target: TARGET, login, event, outcome = outcome.as_str(), "revoked a refresh token");
        }
        Err(error) if outcome == RevocationOutcome::Unsupported => {
            tracing::debug!(target: TARGET, login, %error, event, outcome = outcome.as_str(), "the provider cannot revoke the refresh token");
        }
        Err(error) => {
            tracing::warn!(target: TARGET, login, %error, event, outcome = outcome.as_str(), "failed to revoke a refresh token");
        }
    }
    revoked
}

/// Returns whether the provider cannot revoke refresh tokens (RFC 7009 §2.2.1).
pub(super) fn is_unsupported(error: &EndpointError) -> bool {
    match error {
        EndpointError::NoRevocationEndpoint => true,
        EndpointError::ErrorResponse { code, .. } => code == "unsupported_token_type",
        _ => false,
    }
}
