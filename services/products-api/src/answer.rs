//! Answers that are not products: errors, always as JSON, whatever went wrong.

use std::{any::Any, collections::BTreeMap};

use axum::http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, RETRY_AFTER},
};
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use axum_auth0::bearer::BearerError;
use serde_json::json;

/// What is wrong with each field of a request, in words for the person who filled it in.
pub(crate) type FieldErrors = BTreeMap<String, String>;

/// Why a request is not served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(transparent)]
    Token(#[from] BearerError),
    #[error("the body is not JSON: {0}")]
    NotJson(&'static str),
    #[error("the body is too large")]
    TooLarge,
    #[error("the body must be sent as application/json")]
    MediaType,
    #[error("some fields are not valid")]
    Fields(FieldErrors),
    #[error("there is no such product")]
    NoSuchProduct,
    #[error("there is nothing at this path")]
    NoSuchPath,
    #[error("the path does not have this method")]
    Method,
    #[error("a user can have 500 products; delete one first")]
    TooMany,
    #[error("the request took too long")]
    TooSlow,
    #[error("the database does not answer")]
    Database(#[from] sqlx::Error),
    #[error("something went wrong")]
    Panic,
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Token(error) => error.status(),
            Self::NotJson(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Fields(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NoSuchProduct | Self::NoSuchPath => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooMany => StatusCode::CONFLICT,
            Self::TooSlow | Self::Database(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Panic => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Token(_) => "invalid_token",
            Self::NotJson(_) | Self::TooLarge | Self::MediaType | Self::Fields(_) => {
                "invalid_request"
            }
            Self::NoSuchProduct | Self::NoSuchPath => "not_found",
            Self::Method => "method_not_allowed",
            Self::TooMany => "too_many_products",
            Self::TooSlow | Self::Database(_) => "temporarily_unavailable",
            Self::Panic => "server_error",
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut body = json!({ "error": self.code(), "error_description": self.to_string() });
        let status = self.status();
        match self {
            // It knows its challenge.
            Self::Token(error) => return error.into_response(),
            Self::Database(error) => {
                // The cause is for the log; the caller cannot do anything about it.
                tracing::error!(%error, "the database failed");
                body["error_description"] = json!("the database does not answer");
            }
            Self::Fields(fields) => body["fields"] = json!(fields),
            _ => {}
        }
        let mut response = (status, Json(body)).into_response();
        response
            .headers_mut()
            .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

/// What a panic in a handler becomes.
pub(crate) fn panicked(_: Box<dyn Any + Send>) -> Response {
    Refusal::Panic.into_response()
}
