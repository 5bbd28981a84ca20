//! The error of [`Tenant::open`](crate::Tenant::open).

use std::io;

use crate::mutual_tls::MutualTlsError;

/// The tenant cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The issuer is not an http URL with a loopback host.
    #[error(
        "the issuer must be an http URL with a loopback host, for example http://127.0.0.1:4000/: the tenant is for development only"
    )]
    IssuerNotLocal,
    /// The issuer does not end with a slash, or has a path, a query or a fragment.
    #[error(
        "the issuer must end with a slash and have no path, query or fragment, for example http://127.0.0.1:4000/"
    )]
    IssuerFormat,
    /// A callback or logout URL is not an absolute http or https URL.
    #[error("{0:?} is not an absolute http or https URL")]
    Url(String),
    /// Two applications, APIs or users have the same identifier.
    #[error("{0:?} is declared twice")]
    Duplicate(String),
    /// The default audience is not the identifier of an API.
    #[error("the default audience {0:?} is not the identifier of an API")]
    DefaultAudience(String),
    /// The database has the schema of another version of the tenant.
    #[error(
        "the database has the schema of another version of the tenant; delete the file to create a new one"
    )]
    SchemaVersion,
    /// The database file cannot be created.
    #[error("cannot create the database file")]
    File(#[source] io::Error),
    /// A database operation failed.
    #[error("a database operation failed")]
    Database(#[from] sqlx::Error),
    /// A key cannot be generated or read.
    #[error("cannot generate or read a key")]
    SigningKey(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A password cannot be hashed.
    #[error("cannot hash a password")]
    Password,
    /// The URL of the TLS listener is not an https URL with a loopback host.
    #[error(
        "the URL of the TLS listener must be an https URL with a loopback host, for example https://127.0.0.1:4443/"
    )]
    MutualTlsUrl,
    /// The TLS listener cannot be set up.
    #[error("cannot set up mutual TLS: {0}")]
    MutualTls(#[from] MutualTlsError),
    /// The HTTP client for back-channel logout cannot be created.
    #[error("cannot create the HTTP client")]
    HttpClient(#[from] reqwest::Error),
}
