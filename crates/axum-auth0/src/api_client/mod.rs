//! Calls of external APIs on behalf of a user.
//!
//! [`SignedInUser::api`](crate::SignedInUser::api) returns an [`ApiClient`] for one user and one API. A call attaches
//! the user's access token for that API, and its URL is always below the API's configured base URL. It has limits for
//! time and size, a rejected token is refreshed once, idempotent calls are retried within a budget, and every failure
//! is an [`ApiError`].
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
//!     let call = orders.post(["orders"]).json(new).scopes(["write:orders"]);
//!     call.idempotency_key(key).send().await?;
//!     orders.get(["orders"]).query([("status", "placed")]).send().await?.json()
//! }
//! ```

mod attempt;
mod call;
mod challenge;
mod client;
mod error;
mod error_mapping;
mod error_response;
mod execute;
mod limits;
mod request_url;
mod response;
mod retry;
mod user;

pub use self::{
    call::ApiCall,
    client::ApiClient,
    error::{ApiError, ApiProblem, InvalidRequest, StepUpChallenge},
    response::ApiResponse,
};
pub(crate) use self::{
    challenge::Challenge,
    error_mapping::{map_http_error, map_rejected_token},
    execute::log as log_failure,
    request_url::{MAX_URL, join_path_segments},
};
