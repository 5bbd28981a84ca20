//! Errors of the login and callback routes.

use axum::response::{IntoResponse, Response};

use crate::{
    config::Config,
    diagnosis::{Diagnosis, DiagnosisCode},
    events::{AuthEvent, Events, LoginFailureReason},
    oauth::{EndpointError, IdTokenError},
    organization::UnmetOrganization,
    provider::ProviderError,
    return_to::ReturnTo,
    step_up::UnmetStepUp,
    store::StoreError,
};

/// An error of a login.
#[derive(Debug)]
pub(super) enum LoginError {
    /// A parameter of the login route is malformed.
    InvalidParameter(&'static str),
    /// Another provider than the configured one initiated the login.
    OtherInitiator { issuer: String },
    /// The page of an initiated login is not one of this site.
    TargetOfOtherSite,
    /// The request is not a user navigation.
    NotANavigation,
    /// The query of the callback is not an authorization response.
    MalformedCallback(&'static str),
    /// The callback belongs to no pending login of this browser.
    UnknownTransaction,
    /// The pending login expired.
    Expired(ReturnTo),
    /// The callback was used before.
    AlreadyUsed(ReturnTo),
    /// The response is not from the provider at which the login started (RFC 9207 §2.4).
    WrongIssuer,
    /// An error response without `iss`, although the provider's metadata announces it (RFC 9207 §2.4). Its content is
    /// ignored.
    NotCompleted(ReturnTo),
    /// The provider responded with an error (RFC 6749 §4.1.2.1).
    ProviderError {
        code: String,
        description: Option<String>,
        return_to: ReturnTo,
    },
    /// The login cannot succeed with this configuration.
    Misconfigured(Diagnosis),
    /// The provider did not accept the code.
    InvalidCode(Option<String>, ReturnTo),
    /// The token response has no ID token, or an invalid one.
    InvalidIdToken(Option<IdTokenError>, ReturnTo),
    /// The ID token does not prove the recent or strong login that was required.
    StepUp(UnmetStepUp, ReturnTo),
    /// The ID token does not prove the organization that the login asked for.
    Organization(UnmetOrganization, ReturnTo),
    /// The provider did not grant the required authorization details of these types (RFC 9396 §7).
    DetailsNotGranted(Vec<String>, ReturnTo),
    /// The ID token is of a kind that cannot be validated. A setting of the provider determines the kind.
    UnsupportedIdToken(IdTokenError, Box<Diagnosis>, ReturnTo),
    /// The provider is unavailable.
    ProviderUnavailable {
        /// The failed request, for the log.
        cause: String,
        /// In seconds.
        retry_after: Option<u64>,
        return_to: ReturnTo,
    },
    /// The store is unavailable. The text is for the log.
    StoreUnavailable(String, ReturnTo),
    /// The session ended during its login: by a logout token, or because the site revoked the user's sessions.
    SignedOut(ReturnTo),
    /// A hook of the application failed or refused the login. The text is for the log.
    Hook(String, ReturnTo),
}

impl LoginError {
    pub(super) fn provider_unavailable(error: &ProviderError, return_to: ReturnTo) -> Self {
        let retry_after = error.retry_after().map(|wait| wait.as_secs());
        Self::ProviderUnavailable {
            cause: error.to_string(),
            retry_after,
            return_to,
        }
    }

    pub(super) fn store(error: &StoreError, return_to: ReturnTo) -> Self {
        Self::StoreUnavailable(error.to_string(), return_to)
    }

    /// Converts an error response of the authorization endpoint.
    pub(super) fn from_response(
        config: &Config,
        code: &str,
        description: Option<&str>,
        return_to: ReturnTo,
    ) -> Self {
        let audience = config.audience();
        let diagnosis = Diagnosis::of_login_error(config, code, description, audience);
        // RFC 6749 §4.1.2.1: errors that the user neither causes nor can avoid.
        let is_configuration = matches!(
            code,
            "invalid_scope"
                | "invalid_request"
                | "unauthorized_client"
                | "unsupported_response_type"
        );
        match diagnosis.code() {
            DiagnosisCode::AudienceUnknown if audience.is_some() => Self::Misconfigured(diagnosis),
            DiagnosisCode::ApiNotAuthorized => Self::Misconfigured(diagnosis),
            _ if is_configuration => Self::Misconfigured(diagnosis),
            _ => Self::ProviderError {
                code: code.to_owned(),
                description: description.map(str::to_owned),
                return_to,
            },
        }
    }

    /// Converts an error of the token endpoint.
    pub(super) fn from_endpoint(
        error: EndpointError,
        config: &Config,
        audience: Option<&str>,
        return_to: ReturnTo,
    ) -> Self {
        match error {
            EndpointError::ErrorResponse { code, description } if code == "invalid_grant" => {
                let description = description.as_deref();
                match Diagnosis::of_missing_proof(config.dpop(), &code, description) {
                    Some(diagnosis) => Self::Misconfigured(diagnosis),
                    None => Self::InvalidCode(description.map(str::to_owned), return_to),
                }
            }
            EndpointError::UnexpectedStatus { status } => {
                Self::Misconfigured(Diagnosis::of_error_response(
                    &format!("status {}", status.as_u16()),
                    None,
                    audience.map(|audience| (audience, "AUTH0_AUDIENCE")),
                ))
            }
            EndpointError::ErrorResponse { code, description } => {
                let description = description.as_deref();
                Self::Misconfigured(Diagnosis::of_login_error(
                    config,
                    &code,
                    description,
                    audience,
                ))
            }
            EndpointError::NotBound => Self::Misconfigured(Diagnosis::DpopIgnored),
            EndpointError::Unavailable { retry_after, .. } => Self::ProviderUnavailable {
                cause: error.to_string(),
                retry_after: retry_after.map(|wait| wait.as_secs()),
                return_to,
            },
            EndpointError::NotSupported { setting, missing } => {
                Self::Misconfigured(Diagnosis::not_supported(setting, [missing]))
            }
            error @ (EndpointError::Intercepted { .. }
            | EndpointError::InvalidResponse(_)
            | EndpointError::NoRevocationEndpoint) => Self::ProviderUnavailable {
                cause: error.to_string(),
                retry_after: None,
                return_to,
            },
        }
    }

    /// Reports the error as an event and returns its page. `requirements` are those of the login
    /// ([`requirements`](super::requirements::requirements)), for its next attempt.
    pub(super) fn respond(
        &self,
        config: &Config,
        events: &Events,
        requirements: &[(&'static str, String)],
    ) -> Response {
        self.report(events);
        self.page(config, requirements).into_response()
    }

    /// Logs the error and reports it as an event.
    pub(super) fn report(&self, events: &Events) {
        let reason = self.reason();
        let event = AuthEvent::LoginFailed { reason };
        self.log(event.name(), reason.as_str());
        events.emit_logged(&event);
    }

    /// Returns whether the provider says that it cannot log the user in without a page (OpenID Connect Core 1.0 §3.1.2.6).
    pub(super) fn requires_interaction(&self) -> bool {
        let codes = [
            "login_required",
            "interaction_required",
            "consent_required",
            "account_selection_required",
        ];
        matches!(self, Self::ProviderError { code, .. } if codes.contains(&code.as_str()))
    }

    fn reason(&self) -> LoginFailureReason {
        match self {
            Self::InvalidParameter(_) | Self::OtherInitiator { .. } | Self::TargetOfOtherSite => {
                LoginFailureReason::InvalidParameter
            }
            Self::NotANavigation => LoginFailureReason::NotANavigation,
            Self::MalformedCallback(_) => LoginFailureReason::MalformedCallback,
            Self::UnknownTransaction => LoginFailureReason::UnknownTransaction,
            Self::Expired(_) => LoginFailureReason::Expired,
            Self::AlreadyUsed(_) => LoginFailureReason::AlreadyUsed,
            Self::WrongIssuer => LoginFailureReason::WrongIssuer,
            Self::NotCompleted(_) => LoginFailureReason::UnverifiedError,
            Self::ProviderError { code, .. } if code == "access_denied" => {
                LoginFailureReason::AccessDenied
            }
            Self::ProviderError { .. } => LoginFailureReason::ProviderError,
            Self::Misconfigured(diagnosis) => LoginFailureReason::Misconfigured(diagnosis.code()),
            Self::UnsupportedIdToken(_, diagnosis, _) => {
                LoginFailureReason::Misconfigured(diagnosis.code())
            }
            Self::InvalidCode(..) => LoginFailureReason::InvalidCode,
            Self::InvalidIdToken(..) => LoginFailureReason::InvalidIdToken,
            Self::StepUp(..) => LoginFailureReason::StepUpNotSatisfied,
            Self::Organization(..) => LoginFailureReason::OrganizationNotConfirmed,
            Self::DetailsNotGranted(..) => LoginFailureReason::AuthorizationDetailsNotGranted,
            Self::ProviderUnavailable { .. } => LoginFailureReason::ProviderUnavailable,
            Self::StoreUnavailable(..) => LoginFailureReason::StoreUnavailable,
            Self::SignedOut(_) => LoginFailureReason::SignedOut,
            Self::Hook(..) => LoginFailureReason::RefusedByApplication,
        }
    }
}
