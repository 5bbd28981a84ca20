//! Observation of requests, for metrics.

use std::{fmt, sync::Arc, time::Duration};

/// The kind of an endpoint of the provider. A request carries it as an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProviderEndpoint {
    /// The metadata (OpenID Connect Discovery 1.0).
    Discovery,
    /// The keys (`jwks_uri`).
    Keys,
    /// The token endpoint.
    Token,
    /// The userinfo endpoint.
    Userinfo,
    /// The revocation endpoint.
    Revocation,
    /// The introspection endpoint.
    Introspection,
    /// The endpoint for pushed authorization requests (RFC 9126).
    PushedAuthorization,
    /// The endpoint for backchannel authentication (CIBA).
    BackchannelAuthentication,
}

impl ProviderEndpoint {
    /// Returns the name, as used in metrics and traces.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Keys => "jwks",
            Self::Token => "token",
            Self::Userinfo => "userinfo",
            Self::Revocation => "revocation",
            Self::Introspection => "introspection",
            Self::PushedAuthorization => "pushed_authorization",
            Self::BackchannelAuthentication => "backchannel_authentication",
        }
    }
}

/// The result of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestResult {
    /// A response with a 2xx status.
    Success,
    /// A response with another status.
    ErrorStatus,
    /// No response, or one beyond the limits.
    NoResponse,
}

impl RequestResult {
    /// Returns the name, as used in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::ErrorStatus => "error_status",
            Self::NoResponse => "no_response",
        }
    }
}

/// Observes the requests of an [`HttpClient`](super::HttpClient) to the provider.
pub trait RequestObserver: fmt::Debug + Send + Sync {
    /// Is called after each request to an endpoint of the provider. Must not block.
    fn completed(&self, endpoint: ProviderEndpoint, result: RequestResult, elapsed: Duration);
}

/// A shared observer.
pub type SharedRequestObserver = Arc<dyn RequestObserver>;
