//! An API as its owner would write it: every user has products of their own, and an access token says who the user is.
//!
//! `GET /products` and its siblings are described in `openapi/openapi.json`, which the API serves itself. Tokens are
//! verified by [`axum_auth0::bearer`]; nothing here knows of the site that calls it.

mod answer;
mod catalogue;
mod draft;
mod json_body;
mod openapi;
mod product;
mod routes;
mod store;

use std::path::PathBuf;

use axum_auth0::{
    bearer::Verifier,
    clock::SystemClock,
    http_client::{HttpClient, HttpClientOptions, HttpError},
    provider::{Issuer, IssuerError, Provider},
};

use crate::store::Store;

/// What the API has to know to start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whose tokens are accepted: a tenant's domain, or the issuer URL of another provider.
    pub issuer: String,
    /// This API's identifier. Tokens must be issued for exactly this audience.
    pub audience: String,
    /// Where the products are kept.
    pub database: Database,
}

/// Where the products are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// In memory, until the program ends.
    Memory,
    /// In an `SQLite` file, which is created with its folder where it does not exist.
    File(PathBuf),
}

/// Why the API does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The issuer names no provider.
    #[error("the issuer cannot be used: {0}")]
    Issuer(#[from] IssuerError),
    /// There is no audience, or it cannot be one.
    #[error(
        "the audience is {0}; set it to this API's identifier, for example https://products.example.com"
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

/// The API, ready to be served. It starts also while the provider is down; requests are answered with 503 until it is back.
///
/// # Errors
/// [`StartError`] if the settings cannot be used or the database cannot be opened.
pub async fn router(settings: Settings) -> Result<axum::Router, StartError> {
    let issuer = Issuer::parse(&settings.issuer)?;
    let audience = checked_audience(settings.audience)?;
    let outbound = HttpClient::new(HttpClientOptions::default())?;
    let provider = Provider::new(issuer, outbound, SystemClock::shared());
    let store = Store::open(&settings.database).await?;
    Ok(routes::router(Verifier::new(provider, audience), store))
}

fn checked_audience(audience: String) -> Result<String, StartError> {
    if audience.is_empty() {
        return Err(StartError::Audience("missing"));
    }
    if audience
        .chars()
        .any(|character| character.is_whitespace() || character.is_control())
    {
        return Err(StartError::Audience(
            "not an identifier, because it contains spaces or control characters",
        ));
    }
    Ok(audience)
}
