//! What prevents an API from starting.

use axum_auth0_bearer::VerifierError;

/// Why an API does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The issuer or the audience is not valid, or the HTTP client cannot be set up.
    #[error(transparent)]
    Verifier(#[from] VerifierError),
    /// The folder of the database cannot be created.
    #[error("the folder of the database cannot be created: {0}")]
    Folder(#[source] std::io::Error),
    /// The database cannot be opened.
    #[error("the database cannot be opened: {0}")]
    Database(#[from] sqlx::Error),
}
