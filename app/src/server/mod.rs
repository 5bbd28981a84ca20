//! Server-only code: the clients of the external APIs, and the validation of their input.

mod apis;
mod idempotency_key;
mod orders_client;
mod products_client;
mod products_error;
pub(crate) mod validation;

pub use apis::{OrdersApi, ProductsApi, apis};

pub(crate) use idempotency_key::new_idempotency_key;
pub(crate) use orders_client::OrdersClient;
pub(crate) use products_client::ProductsClient;
