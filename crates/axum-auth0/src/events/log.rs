//! Writes events to `tracing`.

use super::{
    AuthEvent, EventSubject, FindingSeverity, LogoutTokenOutcome, RefreshOutcome, RequestRefusal,
    RevocationOutcome, SessionEnd,
};
use crate::store::LoginId;

/// The target of the events.
pub(crate) const TARGET: &str = "axum_auth0::events";

impl AuthEvent {
    /// Logs the event. Frequent events that need no attention have the level `DEBUG`.
    pub(super) fn log(&self) {
        let event = self.name();
        match self {
            Self::LoginStarted { is_restart: false } => {
                tracing::debug!(target: TARGET, event, "login started");
            }
            Self::LoginStarted { is_restart: true } => {
                tracing::info!(target: TARGET, event, "login restarted");
            }
            Self::LoginSucceeded { login, subject } => {
                tracing::info!(target: TARGET, ?login, %subject, event, "login succeeded");
            }
            Self::LoginFailed { reason } => {
                tracing::info!(target: TARGET, event, reason = reason.as_str(), "login failed");
            }
            Self::SessionEnded {
                login,
                subject,
                reason,
            } => log_session_end(*login, subject, *reason, event),
            Self::LogoutFailed => {
                tracing::error!(target: TARGET, event, "logout failed: the store is unavailable");
            }
            Self::LogoutTokenReceived { outcome } => log_logout_token(*outcome, event),
            Self::TokenRefreshed { login, outcome } => log_refresh(*login, *outcome, event),
            Self::TokenRevoked { login, outcome } => log_revocation(*login, *outcome, event),
            Self::RequestRefused { login, reason } => log_refusal(*login, *reason, event),
            Self::DoctorFinding {
                check,
                code,
                severity: FindingSeverity::Problem,
            } => {
                tracing::error!(target: TARGET, check, code, event, severity = "problem", "doctor: problem found");
            }
            Self::DoctorFinding { check, code, .. } => {
                tracing::warn!(target: TARGET, check, code, event, severity = "warning", "doctor: warning");
            }
        }
    }
}

fn log_session_end(login: LoginId, subject: &EventSubject, reason: SessionEnd, event: &str) {
    let text = match reason {
        SessionEnd::Logout => "logout succeeded",
        SessionEnd::InactivityTimeout
        | SessionEnd::AbsoluteTimeout
        | SessionEnd::ProviderTimeout => "session timed out",
        _ => "session ended",
    };
    let reason = reason.as_str();
    tracing::info!(target: TARGET, ?login, %subject, event, reason, "{text}");
}

fn log_logout_token(outcome: LogoutTokenOutcome, event: &str) {
    match outcome {
        LogoutTokenOutcome::Accepted { sessions } => {
            tracing::info!(target: TARGET, event, outcome = "accepted", sessions, "logout token accepted");
        }
        LogoutTokenOutcome::Rejected(reason) => {
            tracing::warn!(target: TARGET, event, outcome = "rejected", reason = reason.as_str(), "logout token rejected");
        }
        LogoutTokenOutcome::Unavailable => {
            tracing::error!(target: TARGET, event, outcome = "unavailable", "logout token not handled: the provider's keys or the store are unavailable");
        }
    }
}

/// The cause of a failure is logged where it is known.
fn log_refresh(login: LoginId, refresh: RefreshOutcome, event: &str) {
    let outcome = refresh.as_str();
    let reason = match refresh {
        RefreshOutcome::Denied(denial) => Some(denial.as_str()),
        _ => None,
    };
    tracing::debug!(target: TARGET, ?login, event, outcome, reason, "token refresh");
}

fn log_revocation(login: Option<LoginId>, revocation: RevocationOutcome, event: &str) {
    let outcome = revocation.as_str();
    if revocation == RevocationOutcome::Failed {
        tracing::warn!(target: TARGET, login = login.map(debug), event, outcome, "token revocation failed");
    } else {
        tracing::debug!(target: TARGET, login = login.map(debug), event, outcome, "token revocation");
    }
}

fn log_refusal(login: Option<LoginId>, refusal: RequestRefusal, event: &str) {
    let reason = refusal.as_str();
    match refusal {
        // Any client can cause this as often as it wants.
        RequestRefusal::Anonymous => {
            tracing::debug!(target: TARGET, event, reason, "request refused");
        }
        _ => {
            tracing::warn!(target: TARGET, login = login.map(debug), event, reason, "request refused");
        }
    }
}
