//! The application's error.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use axum_auth0::{ApiError, NotSignedIn};
use serde_json::json;

#[derive(Debug, thiserror::Error)]
pub(crate) enum AppError {
    #[error("there is no product called {name}")]
    NoSuchProduct { name: String },
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    NotSignedIn(#[from] NotSignedIn),
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        match self {
            Self::NoSuchProduct { .. } => {
                let body = json!({ "code": "no_such_product", "message": self.to_string() });
                (StatusCode::NOT_FOUND, Json(body)).into_response()
            }
            // These know their status, and when a user is sent to the login.
            Self::Api(error) => error.into_response(),
            Self::NotSignedIn(error) => error.into_response(),
        }
    }
}
