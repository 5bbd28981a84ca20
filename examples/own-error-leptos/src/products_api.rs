//! The API that the application calls.

use leptos_auth0::server::axum_auth0::Api;

/// The API at `PRODUCTS_API_URL`.
#[derive(Debug)]
pub struct ProductsApi;

impl Api for ProductsApi {
    const ENV_PREFIX: &'static str = "PRODUCTS";
    const SCOPES: &'static [&'static str] = &["read:products"];
}
