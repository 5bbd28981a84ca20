//! Why a refresh failed, as far as it decides when to try again and what to tell.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::TokenRequest;
use crate::{
    diagnosis::{Cause, Diagnosis},
    oauth::{EndpointError, RequestEffect},
};

/// The kinds of failures that are backed off. A dead refresh token (`invalid_grant`) is not among them: it ends the
/// session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FailureKind {
    /// The provider is down or overloaded: 5xx, 429, no connection, or an answer without sense.
    Down,
    /// The answer did not come from the provider: HTML, a redirect, 408.
    Intercepted,
    /// A 4xx that does not say what is wrong. Several in a row mean that the refresh token is dead.
    Rejected,
    /// The provider names something that is wrong with this application's configuration.
    Misconfigured,
    /// The provider issued a token that is not what was asked for.
    RejectedToken,
}

impl FailureKind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Down => "the provider is down or overloaded",
            Self::Intercepted => "the answer did not come from the provider's OAuth endpoint",
            Self::Rejected => {
                "the provider refused without an error of RFC 6749 §5.2 that says why"
            }
            Self::Misconfigured => "the configuration is wrong, here or at the provider",
            Self::RejectedToken => "the token is not what was asked for",
        }
    }
}

/// A failure that is backed off.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) kind: FailureKind,
    pub(super) retry_after: Option<Duration>,
    pub(super) diagnosis: Option<Box<Diagnosis>>,
}

/// What a failure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Every refresh of this application.
    Provider,
    /// The refresh token of one login.
    Login,
    /// One API or scope of one login.
    Token,
}

/// What an error of the token endpoint means for the session.
pub(super) enum Verdict {
    /// RFC 6749 §5.2, `invalid_grant`: the refresh token is dead.
    DeadToken,
    /// Try again later.
    BackOff(Failure, Extent),
}

impl Verdict {
    pub(super) fn of(
        error: &EndpointError,
        retry_after: Option<Duration>,
        want: &TokenRequest<'_>,
    ) -> Self {
        let plain = |kind, extent| {
            let failure = Failure {
                kind,
                retry_after,
                diagnosis: None,
            };
            Self::BackOff(failure, extent)
        };
        match error {
            EndpointError::ErrorResponse { code, .. } if code == "invalid_grant" => Self::DeadToken,
            EndpointError::ErrorResponse { code, description } => {
                let audience = Some((want.audience, want.api.audience_variable.as_str()));
                let diagnosis = Diagnosis::of_refusal(code, description.as_deref(), audience);
                match extent_of_misconfiguration(code, &diagnosis) {
                    Some(extent) => {
                        let failure = Failure {
                            kind: FailureKind::Misconfigured,
                            retry_after,
                            diagnosis: Some(Box::new(diagnosis)),
                        };
                        Self::BackOff(failure, extent)
                    }
                    None => plain(FailureKind::Rejected, Extent::Login),
                }
            }
            EndpointError::Unavailable { .. } | EndpointError::InvalidResponse(_) => {
                plain(FailureKind::Down, Extent::Provider)
            }
            EndpointError::Intercepted { .. } => plain(FailureKind::Intercepted, Extent::Provider),
            EndpointError::UnexpectedStatus { .. } | EndpointError::NoRevocationEndpoint => {
                plain(FailureKind::Rejected, Extent::Login)
            }
        }
    }
}

/// Which refreshes a refusal is about; `None` if it is no statement about the configuration. Beside the codes of RFC 6749
/// §5.2 and RFC 8707 §2 there is what Auth0 says in words.
fn extent_of_misconfiguration(code: &str, diagnosis: &Diagnosis) -> Option<Extent> {
    match (code, diagnosis.code) {
        ("invalid_client" | "unsupported_grant_type", _)
        | (_, Cause::ClientRejected | Cause::GrantNotAllowed) => Some(Extent::Provider),
        ("unauthorized_client" | "invalid_scope" | "invalid_target", _) => Some(Extent::Token),
        (_, Cause::RefusedByProvider) => None,
        _ => Some(Extent::Token),
    }
}

impl EndpointError {
    /// Whether a single answer of this kind is one that every refresh would get now. Other failures may be about a single
    /// refresh token, until a second one follows.
    pub(super) fn is_surely_of_provider(&self, retry_after: Option<Duration>) -> bool {
        retry_after.is_some()
            || matches!(
                self,
                Self::ErrorResponse { .. }
                    | Self::Unavailable {
                        effect: RequestEffect::NoEffect,
                        ..
                    }
            )
    }
}
