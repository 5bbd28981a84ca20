//! The external APIs that the site calls, each with the scopes that it needs there.

use axum_auth0::{Api, ApiRegistration};

/// The API that keeps everyone's products. `PRODUCTS_API_URL` says where it is, `AUTH0_AUDIENCE` what it is called at
/// the provider.
#[derive(Debug)]
pub enum ProductsApi {}

impl Api for ProductsApi {
    const ENV_PREFIX: &'static str = "PRODUCTS";
    const SCOPES: &'static [&'static str] = &["read:products", "write:products"];
}

/// The API that keeps everyone's orders; `ORDERS_API_URL` and `ORDERS_API_AUDIENCE`. Placing an order asks for
/// `write:orders` beside these scopes, in that call only.
#[derive(Debug)]
pub enum OrdersApi {}

impl Api for OrdersApi {
    const ENV_PREFIX: &'static str = "ORDERS";
    const SCOPES: &'static [&'static str] = &["read:orders"];
}

/// All of them, for the server's configuration. The first one is the one that `AUTH0_AUDIENCE` names.
pub fn apis() -> [ApiRegistration; 2] {
    [
        ApiRegistration::login::<ProductsApi>(),
        ApiRegistration::further::<OrdersApi>(),
    ]
}
