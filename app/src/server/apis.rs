//! The external APIs that the site calls, with the scopes that it needs.

use axum_auth0::{Api, ApiRegistration};

/// The products API. `PRODUCTS_API_URL` is its base URL, `AUTH0_AUDIENCE` its identifier at the provider.
#[derive(Debug)]
pub enum ProductsApi {}

impl Api for ProductsApi {
    const ENV_PREFIX: &'static str = "PRODUCTS";
    const SCOPES: &'static [&'static str] = &["read:products", "write:products"];
}

/// The orders API, configured by `ORDERS_API_URL` and `ORDERS_API_AUDIENCE`. Only the call that places an order also
/// requests `write:orders`.
#[derive(Debug)]
pub enum OrdersApi {}

impl Api for OrdersApi {
    const ENV_PREFIX: &'static str = "ORDERS";
    const SCOPES: &'static [&'static str] = &["read:orders"];
}

/// Returns all APIs for the server's configuration. `AUTH0_AUDIENCE` is the audience of the first one.
pub fn apis() -> [ApiRegistration; 2] {
    [
        ApiRegistration::login::<ProductsApi>(),
        ApiRegistration::further::<OrdersApi>(),
    ]
}
