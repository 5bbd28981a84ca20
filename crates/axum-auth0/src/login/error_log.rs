//! The log lines of failed logins. They are events with details for the operator.

use super::error::LoginError;
use crate::{
    diagnosis::{Diagnosis, printable},
    events::TARGET,
};

impl LoginError {
    /// Logs the error. `event` and `reason` are the names in the event.
    pub(super) fn log(&self, event: &str, reason: &str) {
        match self {
            Self::Misconfigured(diagnosis) => tracing::error!(
                target: TARGET,
                event,
                reason,
                code = diagnosis.code().as_str(),
                cause = %diagnosis.cause(),
                fix = %diagnosis.fix(),
                "login failed: misconfiguration"
            ),
            Self::UnsupportedIdToken(error, diagnosis, _) => tracing::error!(
                target: TARGET,
                %error,
                event,
                reason,
                code = diagnosis.code().as_str(),
                cause = %diagnosis.cause(),
                fix = %diagnosis.fix(),
                "login failed"
            ),
            Self::StepUp(unmet, _) => {
                let diagnosis = Diagnosis::StepUpNotSatisfied { unmet: *unmet };
                tracing::error!(
                    target: TARGET,
                    event,
                    reason,
                    code = diagnosis.code().as_str(),
                    cause = %diagnosis.cause(),
                    fix = %diagnosis.fix(),
                    "login failed: the ID token does not prove the required login"
                );
            }
            Self::Organization(unmet, _) => {
                let diagnosis = Diagnosis::OrganizationNotConfirmed { unmet: *unmet };
                tracing::error!(
                    target: TARGET,
                    error = %unmet,
                    event,
                    reason,
                    code = diagnosis.code().as_str(),
                    cause = %diagnosis.cause(),
                    fix = %diagnosis.fix(),
                    "login failed"
                );
            }
            Self::DetailsNotGranted(missing, _) => tracing::warn!(
                target: TARGET,
                event,
                reason,
                missing = %printable(&missing.join(" ")),
                "login failed: the token response does not grant the required authorization_details"
            ),
            Self::InvalidIdToken(Some(error), _) => {
                tracing::error!(target: TARGET, %error, event, reason, "login failed");
            }
            Self::InvalidIdToken(None, _) => {
                tracing::error!(target: TARGET, event, reason, "login failed: the token response has no ID token");
            }
            Self::ProviderError {
                code, description, ..
            } => tracing::warn!(
                target: TARGET,
                code = %printable(code),
                description = %printable(description.as_deref().unwrap_or_default()),
                event,
                reason,
                "login failed: the provider responded with an error"
            ),
            Self::InvalidCode(description, _) => tracing::warn!(
                target: TARGET,
                description = %printable(description.as_deref().unwrap_or_default()),
                event,
                reason,
                fix = "if every login fails so, the provider may require bound tokens of this application: set AUTH0_DPOP=true or AUTH0_MTLS=true",
                "login failed: invalid_grant"
            ),
            Self::ProviderUnavailable { cause, .. } => {
                tracing::error!(target: TARGET, %cause, event, reason, "login failed: the provider is unavailable");
            }
            Self::SignedOut(_) => {
                tracing::info!(target: TARGET, event, reason, "login failed: the session ended during the login");
            }
            Self::Hook(cause, _) => {
                tracing::error!(target: TARGET, %cause, event, reason, "login failed: before_session_saved returned an error");
            }
            Self::StoreUnavailable(cause, _) => {
                tracing::error!(target: TARGET, %cause, event, reason, "login failed: the store is unavailable");
            }
            _ => self.log_request(event, reason),
        }
    }

    /// Logs an error of the request itself.
    fn log_request(&self, event: &str, reason: &str) {
        match self {
            Self::InvalidParameter(parameter) => {
                tracing::info!(target: TARGET, parameter, event, reason, "login failed: invalid parameter");
            }
            Self::OtherInitiator { issuer } => {
                let issuer = printable(issuer);
                tracing::info!(target: TARGET, %issuer, event, reason, "login failed: initiated for another issuer");
            }
            Self::TargetOfOtherSite => {
                tracing::info!(target: TARGET, event, reason, "login failed: target_link_uri is not a page of this site");
            }
            Self::MalformedCallback(detail) => {
                tracing::info!(target: TARGET, detail, event, reason, "login failed: malformed callback");
            }
            Self::NotANavigation => {
                tracing::debug!(target: TARGET, event, reason, "login not started: not a navigation");
            }
            Self::UnknownTransaction => {
                tracing::info!(target: TARGET, event, reason, "login failed: unknown transaction");
            }
            Self::Expired(_) => {
                tracing::info!(target: TARGET, event, reason, "login failed: transaction expired");
            }
            Self::AlreadyUsed(_) => {
                tracing::info!(target: TARGET, event, reason, "login failed: callback already used");
            }
            Self::WrongIssuer => {
                tracing::warn!(target: TARGET, event, reason, "login failed: response from another issuer");
            }
            Self::NotCompleted(_) => {
                tracing::info!(target: TARGET, event, reason, "login failed: error response without the announced iss");
            }
            _ => tracing::info!(target: TARGET, event, reason, "login failed"),
        }
    }
}
