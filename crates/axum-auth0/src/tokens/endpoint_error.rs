//! Why the token endpoint gave no tokens.

use std::time::Duration;

use http::StatusCode;

use crate::{
    http_client::{Delivery, HttpError},
    provider::ProviderError,
};

/// Why the token endpoint gave no tokens.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum EndpointError {
    /// An error response of RFC 6749 §5.2, whatever its status.
    #[error("the provider refused: {code}")]
    Refused {
        code: String,
        description: Option<String>,
    },
    /// A 4xx without such an error.
    #[error("the provider refused with status {status} and without an error of RFC 6749 §5.2")]
    Rejected { status: StatusCode },
    /// Markup, a redirect, or 408: the answer of something in front of the provider.
    #[error("the answer with status {status} did not come from the provider's OAuth endpoint")]
    Intercepted { status: StatusCode },
    /// Down, overloaded, or out of reach.
    #[error("the provider does not answer")]
    Unavailable {
        retry_after: Option<Duration>,
        fate: RequestEffect,
    },
    /// An answer that is no token response.
    #[error("the provider's answer cannot be understood: {0}")]
    InvalidResponse(&'static str),
    /// RFC 7009 is optional.
    #[error("the provider's metadata names no revocation endpoint")]
    NoRevocationEndpoint,
}

/// The effect of a request that has no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestEffect {
    /// It had no effect: it never arrived, or was turned away.
    NoEffect,
    /// Not known: no response in time, or one that says nothing.
    Unknown,
    /// Not known: the connection was lost after the request was sent. This shows at once.
    ConnectionLost,
}

impl EndpointError {
    /// Whether the refresh token may have been used up anyway.
    pub(crate) fn is_unsettled(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::Rejected { .. } | Self::NoRevocationEndpoint => false,
            Self::Unavailable { fate, .. } => *fate != RequestEffect::NoEffect,
            Self::Intercepted { status } => !status.is_client_error(),
            Self::InvalidResponse(_) => true,
        }
    }
}

impl From<ProviderError> for EndpointError {
    fn from(error: ProviderError) -> Self {
        tracing::warn!(%error, "provider");
        Self::Unavailable {
            retry_after: error.retry_after(),
            fate: RequestEffect::NoEffect,
        }
    }
}

pub(super) fn unreachable_provider(error: &HttpError) -> EndpointError {
    tracing::warn!(%error, "the provider cannot be reached");
    let fate = match (error.sent(), error) {
        (Delivery::NotSent, _) => RequestEffect::NoEffect,
        (Delivery::Unknown, HttpError::Interrupted { .. }) => RequestEffect::ConnectionLost,
        (Delivery::Unknown, _) => RequestEffect::Unknown,
    };
    EndpointError::Unavailable {
        retry_after: None,
        fate,
    }
}
