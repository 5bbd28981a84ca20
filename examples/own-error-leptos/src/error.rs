//! The application's error: an ordinary enum, with the errors of logins and calls as one of its variants.

use leptos_auth0::{AuthError, server_fn_error};
use serde::{Deserialize, Serialize};

/// Reason why a server function failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    /// The login, the access token, or the call of the API failed.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// The product does not exist.
    #[error("There is no product called {name}.")]
    NoSuchProduct {
        /// The name that the user typed.
        name: String,
    },
    /// The number is too large.
    #[error("Please order at most {max} pieces.")]
    TooMany {
        /// The maximum.
        max: u32,
    },
}

server_fn_error!(
    AppError,
    AppError::NoSuchProduct { .. } => 404,
    AppError::TooMany { .. } => 422,
);
