//! Errors of creating a verifier.

use axum_auth0_core::{http_client::HttpError, provider::IssuerError};

/// The reason why [`Verifier::new`](super::Verifier::new) fails.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifierError {
    /// The issuer is invalid.
    #[error("the issuer cannot be used: {0}")]
    Issuer(#[from] IssuerError),
    /// The audience is invalid.
    #[error(
        "the audience is {0}; set it to this API's identifier, for example https://api.example.com"
    )]
    Audience(&'static str),
    /// The URL of [`ResourceMetadata`](super::ResourceMetadata) or of [`Dpop`](super::Dpop) is invalid.
    #[error(
        "the URL of the API is {0}; set it to the URL that clients call, for example https://api.example.com/products"
    )]
    ResourceUrl(&'static str),
    /// The URL of [`Introspection::endpoint`](super::Introspection::endpoint) is invalid.
    #[cfg(feature = "introspection")]
    #[error(
        "the introspection endpoint is not a secure URL: only https URLs are allowed, and http ones on loopback"
    )]
    IntrospectionUrl,
    /// The secret of [`Dpop::nonces`](super::Dpop::nonces) is too short.
    #[error("the secret for the nonces of DPoP has less than 32 bytes")]
    NonceSecret,
    /// The HTTP client cannot be set up.
    #[error(transparent)]
    HttpClient(#[from] HttpError),
}
