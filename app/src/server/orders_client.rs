//! The client of the orders API.

use super::apis::OrdersApi;
use crate::{error::AppError, models::Orders};
use axum_auth0::{ApiClient, ApiError, SignedInUser};
use leptos_auth0::AuthError;
use serde::Serialize;

/// The scope that only placing an order requires.
const PLACE_ORDER_SCOPE: &str = "write:orders";

/// A client of the orders API for one user.
pub(crate) struct OrdersClient(ApiClient<OrdersApi>);

impl OrdersClient {
    /// Creates a client that uses the access token of `user`.
    pub(crate) fn new(user: &SignedInUser) -> Self {
        Self(user.api())
    }

    /// Returns the user's orders.
    pub(crate) async fn list(&self) -> Result<Orders, AppError> {
        let response = self.0.get(["orders"]).send().await.map_err(map_error)?;
        response.json().map_err(map_error)
    }

    /// Orders `quantity` pieces of a product. Requests with the same key are one order.
    pub(crate) async fn place(
        &self,
        product: &str,
        quantity: u32,
        idempotency_key: &str,
    ) -> Result<(), AppError> {
        #[derive(Serialize)]
        struct NewOrder<'p> {
            product: &'p str,
            quantity: u32,
        }
        let request = self.0.post(["orders"]).scopes([PLACE_ORDER_SCOPE]);
        let request = request
            .json(&NewOrder { product, quantity })
            .idempotency_key(idempotency_key);
        request.send().await.map_err(map_error)?;
        Ok(())
    }
}

/// Maps the error of a call.
fn map_error(error: ApiError) -> AppError {
    match error {
        ApiError::Conflict => AppError::Conflict,
        ApiError::TooManyRequests { .. } => AppError::TooManyRequests,
        // The idempotency key comes from the form.
        ApiError::InvalidRequest(_) => AuthError::BadRequest.into(),
        other => AppError::Auth(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::map_error;
    use crate::error::AppError;
    use axum_auth0::{ApiError, ApiProblem, InvalidRequest, TokenError};
    use http::StatusCode;
    use leptos_auth0::AuthError;

    #[test]
    fn api_errors_map_to_app_errors() {
        let invalid = ApiError::Invalid {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            problem: ApiProblem::default(),
        };
        let slow_down = ApiError::TooManyRequests { retry_after: None };
        let ended = ApiError::Token(TokenError::SignInRequired);
        for (error, expected) in [
            (ApiError::Conflict, AppError::Conflict),
            (slow_down, AppError::TooManyRequests),
            (invalid, AuthError::BadRequest.into()),
            (InvalidRequest::Header.into(), AuthError::BadRequest.into()),
            (ended, AuthError::SignInRequired.into()),
        ] {
            let text = error.to_string();
            assert_eq!(map_error(error), expected, "{text}");
        }
    }
}
