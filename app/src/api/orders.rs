//! The user's orders, kept by an API of their own: another audience, and so another access token, from the same login.

use crate::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use leptos_auth0::LightJson;

/// A user's orders, exactly as the API answers.
#[derive(
    Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, miniserde::Deserialize,
)]
pub struct Orders {
    /// Whose they are: the subject that the API read from the access token.
    pub owner: String,
    /// Newest first.
    pub orders: Vec<Order>,
}

/// One order.
#[derive(
    Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, miniserde::Deserialize,
)]
pub struct Order {
    /// The API's name for it; opaque.
    pub id: String,
    /// What was ordered.
    pub product: String,
    /// How many.
    pub quantity: u32,
    /// `placed`, `shipped` or `delivered`.
    pub status: String,
    /// The day in UTC, `2026-11-20`.
    #[serde(rename = "placedAt")]
    pub placed_at: String,
}

/// Lists the user's orders: `GET /api/orders`.
///
/// # Errors
/// [`AppError`], 401 if nobody is signed in.
#[server(prefix = "/api", endpoint = "orders", input = GetUrl, output = LightJson)]
pub async fn list_orders() -> Result<Orders, AppError> {
    use crate::server::OrdersClient;
    use leptos_auth0::server::{answer_data, require_user};

    let user = require_user()?;
    let orders = OrdersClient::new(&user).list().await?;
    answer_data(<ListOrders as leptos::server_fn::ServerFn>::PATH);
    Ok(orders)
}

/// Orders a product: `POST /api/orders`. A form that is sent twice, with the same `idempotency_key`, makes one order.
///
/// # Errors
/// [`AppError`]; [`AppError::Conflict`] if the user has as many orders as there can be.
#[server(prefix = "/api", endpoint = "orders")]
pub async fn place_order(
    product: String,
    quantity: u32,
    idempotency_key: String,
) -> Result<(), AppError> {
    use crate::forms::TypedForm;
    use crate::server::{OrdersClient, finish_form};
    use leptos_auth0::server::require_user;

    finish_form(TypedForm::order(&idempotency_key), async {
        let user = require_user()?;
        let orders = OrdersClient::new(&user);
        orders.place(&product, quantity, &idempotency_key).await
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::{Order, Orders};

    #[test]
    fn the_orders_are_written_as_the_api_writes_them() {
        let orders = Orders {
            owner: "auth0|alice".into(),
            orders: vec![Order {
                id: "o1".into(),
                product: "Walnut desk".into(),
                quantity: 2,
                status: "placed".into(),
                placed_at: "2026-11-20".into(),
            }],
        };
        let json = r#"{"owner":"auth0|alice","orders":[{"id":"o1","product":"Walnut desk","quantity":2,"status":"placed","placedAt":"2026-11-20"}]}"#;
        assert_eq!(serde_json::to_string(&orders).ok().as_deref(), Some(json));
        assert_eq!(miniserde::json::from_str::<Orders>(json).ok(), Some(orders));
    }
}
