//! Counts events.

use super::{AuthEvent, RefreshOutcome};
use crate::metrics::{self, increment};

impl AuthEvent {
    /// Counts the event.
    pub(super) fn count(&self) {
        let outcome = self.outcome().unwrap_or_default();
        match self {
            Self::LoginStarted { .. } => increment(metrics::LOGIN_STARTS, &[]),
            Self::LoginSucceeded { .. } => increment(metrics::LOGINS, &[]),
            Self::LoginFailed { .. } => increment(metrics::LOGIN_FAILURES, &[("reason", outcome)]),
            Self::SessionEnded { .. } => increment(metrics::SESSION_ENDS, &[("reason", outcome)]),
            Self::LogoutFailed => increment(metrics::LOGOUT_FAILURES, &[]),
            Self::LogoutTokenReceived { .. } => {
                increment(metrics::LOGOUT_TOKENS, &[("outcome", outcome)]);
            }
            Self::TokenRefreshed { outcome, .. } => {
                increment(metrics::REFRESHES, &[("outcome", outcome.as_str())]);
                if let RefreshOutcome::Denied(denial) = outcome {
                    increment(metrics::REFRESH_DENIALS, &[("reason", denial.as_str())]);
                }
            }
            Self::TokenRevoked { .. } => increment(metrics::REVOCATIONS, &[("outcome", outcome)]),
            Self::RequestRefused { .. } => {
                increment(metrics::REFUSED_REQUESTS, &[("reason", outcome)]);
            }
            Self::DoctorFinding { .. } => {
                increment(metrics::DOCTOR_FINDINGS, &[("severity", outcome)]);
            }
        }
    }
}
