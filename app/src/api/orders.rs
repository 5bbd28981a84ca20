//! The user's orders, from the orders API. It has another audience, and therefore another access token of the same
//! login.

use crate::{error::AppError, models::Orders};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Lists the user's orders: `GET /api/orders`.
///
/// # Errors
/// [`AppError`]; 401 if no user is signed in.
#[server(prefix = "/api", endpoint = "orders", input = GetUrl)]
pub async fn list_orders() -> Result<Orders, AppError> {
    use crate::server::OrdersClient;
    use leptos_auth0::server::{require_user, respond_with_data};

    let user = require_user()?;
    let orders = OrdersClient::new(&user).list().await?;
    respond_with_data(<ListOrders as leptos::server_fn::ServerFn>::PATH);
    Ok(orders)
}

/// Orders a product: `POST /api/orders`. Two submissions with the same `idempotency_key` are one order.
///
/// # Errors
/// [`AppError`]; [`AppError::Conflict`] if the user has the maximum number of orders.
#[server(prefix = "/api", endpoint = "orders")]
pub async fn place_order(
    product: String,
    quantity: u32,
    idempotency_key: String,
) -> Result<(), AppError> {
    use super::redirect_to_products;
    use crate::server::OrdersClient;
    use leptos_auth0::server::require_user;

    let user = require_user()?;
    let orders = OrdersClient::new(&user);
    orders.place(&product, quantity, &idempotency_key).await?;
    redirect_to_products("ordered");
    Ok(())
}
