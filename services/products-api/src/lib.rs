//! An API as its developer would write it: each user has their own products, and an access token says who the user is.
//!
//! `openapi.json` describes `GET /products` and the other routes; the API serves it. [`axum_auth0_bearer`] verifies the
//! tokens. The API knows nothing of the site that calls it.

mod errors;
mod product;
mod product_input;
mod routes;
mod seed_data;
mod store;

pub use api_support::{Database, Settings, StartError};
use axum_auth0_bearer::clock::SystemClock;

use crate::store::Store;

/// Returns the API, ready to be served. It starts even if the provider is down, and responds with 503 until the provider is
/// back.
///
/// # Errors
/// [`StartError`] if the settings cannot be used or the database cannot be opened.
pub async fn router(settings: Settings) -> Result<axum::Router, StartError> {
    let verifier = api_support::verifier(
        &settings,
        "Products API",
        &routes::SCOPES,
        SystemClock::shared(),
    )?;
    let store = Store::open(&settings.database).await?;
    Ok(routes::router(verifier, store))
}
