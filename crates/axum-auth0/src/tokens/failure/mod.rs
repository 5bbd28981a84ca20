//! Refresh failures: their kinds and their scopes.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::token_request::TokenRequest;
use crate::{
    diagnosis::{Diagnosis, DiagnosisCode},
    oauth::{EndpointError, RequestEffect},
};

/// The kinds of failures that cause a back-off. `invalid_grant` is not one of them: it ends the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FailureKind {
    /// The provider is down or overloaded: 5xx, 429, no connection, or an invalid response.
    Down,
    /// The response is not from the provider: HTML, a redirect, 408.
    Intercepted,
    /// A 4xx without a reason. Several consecutive ones mean that the refresh token is dead.
    Rejected,
    /// The provider reports a configuration error.
    Misconfigured,
    /// The provider issued a token that differs from the requested one.
    RejectedToken,
}

impl FailureKind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Down => "the provider is down or overloaded",
            Self::Intercepted => "the response did not come from the provider's OAuth endpoint",
            Self::Rejected => "the provider refused without an error of RFC 6749 §5.2",
            Self::Misconfigured => "the configuration is wrong, here or at the provider",
            Self::RejectedToken => "the token is not what was requested",
        }
    }
}

/// A failure that causes a back-off.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) kind: FailureKind,
    pub(super) retry_after: Option<Duration>,
    pub(super) diagnosis: Option<Box<Diagnosis>>,
}

/// The refreshes that a failure applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailureScope {
    /// Every refresh of this application.
    Provider,
    /// The refresh token of one login.
    Login,
    /// One API or scope of one login.
    Token,
}

/// The meaning of a token endpoint error for the login.
#[derive(Clone, Debug)]
pub(super) enum Classification {
    /// The refresh token is dead (RFC 6749 §5.2, `invalid_grant`).
    DeadRefreshToken,
    /// A later refresh may succeed.
    BackOff(Failure, FailureScope),
}

impl Classification {
    pub(super) fn of(
        error: &EndpointError,
        retry_after: Option<Duration>,
        request: &TokenRequest<'_>,
    ) -> Self {
        let back_off = |kind, diagnosis, scope| {
            let failure = Failure {
                kind,
                retry_after,
                diagnosis,
            };
            Self::BackOff(failure, scope)
        };
        match error {
            EndpointError::ErrorResponse { code, description } if code == "invalid_grant" => {
                let description = description.as_deref();
                match Diagnosis::of_missing_proof(request.api.dpop, code, description) {
                    Some(diagnosis) => back_off(
                        FailureKind::Misconfigured,
                        Some(Box::new(diagnosis)),
                        FailureScope::Provider,
                    ),
                    None => Self::DeadRefreshToken,
                }
            }
            EndpointError::ErrorResponse { code, description } => {
                let audience = Some((request.audience, request.api.audience_variable()));
                let diagnosis =
                    Diagnosis::of_error_response(code, description.as_deref(), audience);
                match misconfiguration_scope(code, &diagnosis) {
                    Some(scope) => {
                        back_off(FailureKind::Misconfigured, Some(Box::new(diagnosis)), scope)
                    }
                    None => back_off(FailureKind::Rejected, None, FailureScope::Login),
                }
            }
            EndpointError::NotBound => back_off(
                FailureKind::Misconfigured,
                Some(Box::new(Diagnosis::DpopIgnored)),
                FailureScope::Token,
            ),
            EndpointError::Unavailable { .. } | EndpointError::InvalidResponse(_) => {
                back_off(FailureKind::Down, None, FailureScope::Provider)
            }
            EndpointError::NotSupported { setting, missing } => {
                let diagnosis = Diagnosis::not_supported(setting, [*missing]);
                let diagnosis = Some(Box::new(diagnosis));
                back_off(
                    FailureKind::Misconfigured,
                    diagnosis,
                    FailureScope::Provider,
                )
            }
            EndpointError::Intercepted { .. } => {
                back_off(FailureKind::Intercepted, None, FailureScope::Provider)
            }
            EndpointError::UnexpectedStatus { .. } | EndpointError::NoRevocationEndpoint => {
                back_off(FailureKind::Rejected, None, FailureScope::Login)
            }
        }
    }
}

/// Returns the refreshes that a misconfiguration applies to; `None` if the error does not indicate one. Besides the
/// codes of RFC 6749 §5.2 and RFC 8707 §2, the diagnosis recognizes the descriptions of Auth0.
fn misconfiguration_scope(code: &str, diagnosis: &Diagnosis) -> Option<FailureScope> {
    match (code, diagnosis.code()) {
        ("invalid_client" | "unsupported_grant_type", _)
        | (_, DiagnosisCode::ClientRejected | DiagnosisCode::GrantNotAllowed) => {
            Some(FailureScope::Provider)
        }
        ("unauthorized_client" | "invalid_scope" | "invalid_target", _) => {
            Some(FailureScope::Token)
        }
        (_, DiagnosisCode::RefusedByProvider) => None,
        _ => Some(FailureScope::Token),
    }
}

/// The health of the provider according to a response, for the back-off of the process.
#[derive(Clone, Debug)]
pub(super) enum ProviderHealth {
    /// The provider responded, with tokens or with an error about one login.
    Working,
    /// The provider failed. If `is_certain`, every other refresh would also have failed. Otherwise the failure may
    /// concern one refresh token, until a second one follows.
    Failing { failure: Failure, is_certain: bool },
    /// Unknown, because a proxy may have responded.
    Unknown,
}

impl ProviderHealth {
    /// Returns the health of the provider after an error with its classification.
    pub(super) fn after(
        error: &EndpointError,
        classification: &Classification,
        retry_after: Option<Duration>,
    ) -> Self {
        if let Classification::BackOff(failure, FailureScope::Provider) = classification {
            let is_certain = retry_after.is_some()
                || matches!(
                    error,
                    EndpointError::ErrorResponse { .. }
                        | EndpointError::Unavailable {
                            effect: RequestEffect::NoEffect,
                            ..
                        }
                );
            return Self::Failing {
                failure: failure.clone(),
                is_certain,
            };
        }
        match error {
            EndpointError::UnexpectedStatus { .. } => Self::Unknown,
            _ => Self::Working,
        }
    }
}

#[cfg(test)]
mod tests;
