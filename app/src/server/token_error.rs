//! Conversion of the engine's errors, for `?` in server functions.

use crate::error::AppError;
use axum_auth0::TokenError;
use leptos_auth0::AuthError;

impl From<TokenError> for AppError {
    fn from(error: TokenError) -> Self {
        Self::Auth(AuthError::from(error))
    }
}
