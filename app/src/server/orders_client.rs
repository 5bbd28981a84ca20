//! The client of the orders API: one user, two calls.

use super::apis::OrdersApi;
use crate::{AppError, api::orders::Orders};
use axum_auth0::{ApiClient, ApiError, SignedInUser};
use leptos_auth0::AuthError;
use serde::Serialize;

/// What placing an order needs beside the scopes of reading; only that call asks for it.
const PLACING: &str = "write:orders";

/// Calls the orders API for one user.
pub(crate) struct OrdersClient(ApiClient<OrdersApi>);

impl OrdersClient {
    pub(crate) fn new(user: &SignedInUser) -> Self {
        Self(user.api())
    }

    /// The user's orders.
    pub(crate) async fn list(&self) -> Result<Orders, AppError> {
        self.0.get(["orders"]).json().await.map_err(meaning)
    }

    /// Orders `quantity` pieces of a product. The same key orders once, however often it is sent.
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
        let placing = self.0.post(["orders"]).scopes([PLACING]);
        placing
            .json_body(&NewOrder { product, quantity })
            .idempotency_key(idempotency_key)
            .done()
            .await
            .map_err(meaning)
    }
}

/// What it means that a call failed.
fn meaning(error: ApiError) -> AppError {
    match error {
        ApiError::Conflict => AppError::Conflict,
        ApiError::TooManyRequests { .. } => AppError::TooManyRequests,
        // The key comes with the form, so a bad one is the form's fault.
        ApiError::InvalidRequest(_) => AuthError::BadRequest.into(),
        other => AppError::Auth(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::meaning;
    use crate::AppError;
    use axum_auth0::{ApiError, ApiProblem, InvalidRequest, TokenError};
    use http::StatusCode;
    use leptos_auth0::AuthError;

    #[test]
    fn what_the_api_refuses_has_its_meaning_here() {
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
            assert_eq!(meaning(error), expected, "{text}");
        }
    }
}
