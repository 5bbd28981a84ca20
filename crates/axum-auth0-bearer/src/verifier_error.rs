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
    /// The HTTP client cannot be set up.
    #[error(transparent)]
    HttpClient(#[from] HttpError),
}
