//! What prevents an API from starting.

use axum_auth0_bearer::{http_client::HttpError, provider::IssuerError};

/// Why an API does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The issuer names no provider.
    #[error("the issuer cannot be used: {0}")]
    Issuer(#[from] IssuerError),
    /// The audience is missing or malformed.
    #[error(
        "the audience is {0}; set it to this API's identifier, for example https://api.example.com"
    )]
    Audience(&'static str),
    /// The HTTP client cannot be set up.
    #[error(transparent)]
    HttpClient(#[from] HttpError),
    /// The folder of the database cannot be created.
    #[error("the folder of the database cannot be created: {0}")]
    Folder(#[source] std::io::Error),
    /// The database cannot be opened.
    #[error("the database cannot be opened: {0}")]
    Database(#[from] sqlx::Error),
}
