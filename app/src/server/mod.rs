//! The server's half: the external APIs that the site calls, and what pages need from the request at hand.

mod apis;
pub(crate) mod check;
pub(crate) mod half;
mod orders_client;
mod products_answer;
mod products_client;
pub(crate) mod shell;
mod token_error;
mod typed_form;

pub use apis::{OrdersApi, ProductsApi, apis};
pub use shell::shell;

pub(crate) use orders_client::OrdersClient;
pub(crate) use products_client::ProductsClient;
pub(crate) use typed_form::finish_form;
