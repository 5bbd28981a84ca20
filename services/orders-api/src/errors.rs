//! Errors that only this API has.

use api_support::ApiError;
use axum::http::StatusCode;

/// The `Idempotency-Key` is malformed.
pub(crate) const INVALID_KEY: ApiError = ApiError::rejected(
    StatusCode::BAD_REQUEST,
    "invalid_request",
    "the Idempotency-Key must be one text of 1 to 100 visible characters",
);

/// The user has sent this `Idempotency-Key` with another order.
pub(crate) const KEY_REUSED: ApiError = ApiError::rejected(
    StatusCode::UNPROCESSABLE_ENTITY,
    "idempotency_key_reused",
    "this Idempotency-Key belongs to another order; a new order needs a new key",
);

/// The user has as many orders as possible.
pub(crate) const TOO_MANY_ORDERS: ApiError = ApiError::rejected(
    StatusCode::CONFLICT,
    "too_many_orders",
    "a user can have 200 orders",
);
