//! The feature `testing`: signed-in users in the tests of an application, without a provider.

#![expect(clippy::unwrap_used, reason = "tests")]

mod configuration;
mod handlers;
mod sessions;
mod step_up;
mod tokens;

use axum_auth0::Api;

/// The API of the login.
struct ProductsApi;

impl Api for ProductsApi {
    const ENV_PREFIX: &'static str = "PRODUCTS";
    const SCOPES: &'static [&'static str] = &["read:products"];
}

/// An additional API.
struct OrdersApi;

impl Api for OrdersApi {
    const ENV_PREFIX: &'static str = "ORDERS";
    const SCOPES: &'static [&'static str] = &["read:orders"];
}
