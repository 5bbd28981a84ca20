//! Calling the APIs on behalf of a person.
//!
//! [`SignedInUser::api`](crate::SignedInUser::api) makes an [`ApiClient`], bound to one person and one API. A call attaches
//! the person's token for that API, and goes below the API's configured address and nowhere else. It is bounded in time
//! and size; a refused token is renewed once; what may be repeated without harm is repeated within a budget; and
//! whatever goes wrong is an [`ApiError`].
//!
//! ```
//! # struct OrdersApi;
//! # impl axum_auth0::Api for OrdersApi {
//! #     const ENV_PREFIX: &'static str = "ORDERS";
//! #     const SCOPES: &'static [&'static str] = &["read:orders"];
//! # }
//! # #[derive(serde::Serialize)]
//! # struct NewOrder;
//! # #[derive(serde::Deserialize)]
//! # struct Order;
//! use axum_auth0::{ApiError, SignedInUser};
//!
//! async fn place(user: &SignedInUser, new: &NewOrder, key: &str) -> Result<Vec<Order>, ApiError> {
//!     let orders = user.api::<OrdersApi>();
//!     let call = orders.post(["orders"]).json_body(new).scopes(["write:orders"]);
//!     call.idempotency_key(key).done().await?;
//!     orders.get(["orders"]).query([("status", "placed")]).json().await
//! }
//! ```

mod call;
mod challenge;
mod client;
mod error;
mod error_mapping;
mod execute;
mod limits;
mod request_url;
mod response;
mod retry;
mod user;

pub use self::{
    call::ApiCall,
    client::ApiClient,
    error::{ApiError, ApiProblem, InvalidRequest},
    response::ApiResponse,
};
