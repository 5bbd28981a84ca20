//! The second API of the sample: each user has their own orders. Its audience differs from the products API's, so a site
//! that calls both needs two access tokens.
//!
//! `openapi.json` describes `GET /orders` and `POST /orders`; the API serves it. [`axum_auth0_bearer`] verifies the tokens.
//! The API knows nothing of the site that calls it, or of the products API.

mod errors;
mod idempotency;
mod order;
mod routes;
mod seed_data;
mod store;

pub use api_support::{Database, Settings, StartError};
use axum_auth0_bearer::clock::{SharedClock, SystemClock};

use crate::store::Store;

/// Returns the API, ready to be served. It starts even if the provider is down, and responds with 503 until the provider is
/// back.
///
/// # Errors
/// [`StartError`] if the settings cannot be used or the database cannot be opened.
pub async fn router(settings: Settings) -> Result<axum::Router, StartError> {
    router_with_clock(settings, SystemClock::shared()).await
}

/// Returns the API with the given clock, which dates orders and decides whether a token is valid.
///
/// # Errors
/// Those of [`router`].
pub async fn router_with_clock(
    settings: Settings,
    clock: SharedClock,
) -> Result<axum::Router, StartError> {
    let verifier = api_support::verifier(&settings, "Orders API", &routes::SCOPES, clock.clone())?;
    let store = Store::open(&settings.database).await?;
    Ok(routes::router(verifier, store, clock))
}
