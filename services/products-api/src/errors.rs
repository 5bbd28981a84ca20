//! Errors that only this API has.

use api_support::ApiError;
use axum::http::StatusCode;

/// The user has no product with this id.
pub(crate) const NO_SUCH_PRODUCT: ApiError = ApiError::rejected(
    StatusCode::NOT_FOUND,
    "not_found",
    "there is no such product",
);

/// The user has as many products as possible.
pub(crate) const TOO_MANY_PRODUCTS: ApiError = ApiError::rejected(
    StatusCode::CONFLICT,
    "too_many_products",
    "a user can have 500 products; delete one first",
);
