//! Errors of the token endpoint and the revocation endpoint.

use std::time::Duration;

use http::StatusCode;

use crate::{
    http_client::{Delivery, HttpError},
    jwt::SignatureError,
    provider::ProviderError,
};

/// Error of a request to the token endpoint or the revocation endpoint.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// An error response (RFC 6749 §5.2), with any status.
    #[error("the provider returned the error {code}")]
    ErrorResponse {
        /// `error`.
        code: String,
        /// `error_description`.
        description: Option<String>,
    },
    /// A 4xx status without an error response.
    #[error("the provider returned status {status} without an error of RFC 6749 §5.2")]
    UnexpectedStatus {
        /// The status.
        status: StatusCode,
    },
    /// Markup, a redirect, 407 or 408: the response of a proxy in front of the provider.
    #[error("the response with status {status} did not come from the provider's OAuth endpoint")]
    Intercepted {
        /// The status.
        status: StatusCode,
    },
    /// The provider is down, overloaded or unreachable.
    #[error("the provider is unavailable: {reason}")]
    Unavailable {
        /// The reason.
        reason: UnavailableReason,
        /// `Retry-After` of the response.
        retry_after: Option<Duration>,
        /// The effect of the request.
        effect: RequestEffect,
    },
    /// A response that is not a token response.
    #[error("the provider's response is invalid: {0}")]
    InvalidResponse(&'static str),
    /// The access token is a bearer token, although the request had a proof of a key (RFC 9449 §5).
    #[error("the provider issued a bearer token for a request with a DPoP proof")]
    NotBound,
    /// The configuration requires a protection that the provider does not offer. Nothing was sent without it.
    #[error("{setting} requires what the provider does not offer: {missing}")]
    NotSupported {
        /// The variable that requires it.
        setting: &'static str,
        /// What the metadata or the response lacks.
        missing: &'static str,
    },
    /// The metadata has no revocation endpoint, which RFC 7009 allows.
    #[error("the provider's metadata has no revocation endpoint")]
    NoRevocationEndpoint,
}

/// The reason why a provider is unavailable.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnavailableReason {
    /// The request failed.
    #[error(transparent)]
    Http(HttpError),
    /// The provider's metadata is unavailable.
    #[error(transparent)]
    Metadata(ProviderError),
    /// A status that asks for a later retry.
    #[error("status {0}")]
    Status(StatusCode),
    /// The client assertion could not be signed.
    #[error(transparent)]
    Signature(SignatureError),
    /// An error code that asks for a later retry.
    #[error("the error {0}")]
    ErrorCode(&'static str),
}

/// The effect of a request without a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestEffect {
    /// None: the request did not arrive or was rejected.
    NoEffect,
    /// Unknown: no response in time, or a response that does not show it.
    Unknown,
    /// Unknown, without a timeout: the connection was lost after the request was sent.
    ConnectionLost,
}

impl EndpointError {
    /// Returns whether the provider may have consumed the refresh token although it returned no new one.
    pub(crate) fn is_outcome_unknown(&self) -> bool {
        match self {
            Self::ErrorResponse { .. }
            | Self::UnexpectedStatus { .. }
            | Self::NotBound
            | Self::NotSupported { .. }
            | Self::NoRevocationEndpoint => false,
            Self::Unavailable { effect, .. } => *effect != RequestEffect::NoEffect,
            Self::Intercepted { status } => !status.is_client_error(),
            Self::InvalidResponse(_) => true,
        }
    }
}

impl From<ProviderError> for EndpointError {
    fn from(error: ProviderError) -> Self {
        Self::Unavailable {
            retry_after: error.retry_after(),
            reason: UnavailableReason::Metadata(error),
            effect: RequestEffect::NoEffect,
        }
    }
}

impl From<SignatureError> for EndpointError {
    fn from(error: SignatureError) -> Self {
        Self::Unavailable {
            reason: UnavailableReason::Signature(error),
            retry_after: None,
            effect: RequestEffect::NoEffect,
        }
    }
}

impl From<HttpError> for EndpointError {
    fn from(error: HttpError) -> Self {
        let effect = match (error.sent(), &error) {
            (Delivery::NotSent, _) => RequestEffect::NoEffect,
            (Delivery::Unknown, HttpError::Interrupted { .. }) => RequestEffect::ConnectionLost,
            (Delivery::Unknown, _) => RequestEffect::Unknown,
        };
        Self::Unavailable {
            reason: UnavailableReason::Http(error),
            retry_after: None,
            effect,
        }
    }
}
