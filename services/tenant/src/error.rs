//! Why a tenant cannot start.

use std::io;

/// Why [`Tenant::open`](crate::Tenant::open) refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The issuer is not an http URL of this machine.
    #[error(
        "the issuer must be an http URL on this machine, http://127.0.0.1:4000/ for example: the tenant is for development only"
    )]
    IssuerNotLocal,
    /// The issuer does not end with a slash, or has a path, a query or a fragment.
    #[error(
        "the issuer must end with a slash and have no path, query or fragment, like http://127.0.0.1:4000/"
    )]
    IssuerForm,
    /// A callback or logout URL that is not an absolute http or https URL.
    #[error("{0:?} is not an absolute http or https URL")]
    Url(String),
    /// Two applications, APIs or users share an identifier.
    #[error("{0:?} is declared twice")]
    Duplicate(String),
    /// The default audience is not the identifier of an API.
    #[error("the default audience {0:?} is not the identifier of an API")]
    DefaultAudience(String),
    /// The database was made by another version of the tenant.
    #[error(
        "the database was made by another version of the tenant; delete the file to start afresh"
    )]
    OtherVersion,
    /// The database file cannot be made.
    #[error("the database file cannot be made")]
    File(#[source] io::Error),
    /// The database fails.
    #[error("the database fails")]
    Database(#[from] sqlx::Error),
    /// A signing key cannot be made or read.
    #[error("a signing key cannot be made or read")]
    SigningKey(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A password cannot be hashed.
    #[error("a password cannot be hashed")]
    Password,
    /// The client for back-channel logout cannot be made.
    #[error("the HTTP client cannot be made")]
    HttpClient(#[from] reqwest::Error),
}
