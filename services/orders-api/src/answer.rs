//! Answers that are not orders: errors, always as JSON, whatever went wrong.

use std::{any::Any, collections::BTreeMap};

use axum::{
    Json,
    extract::rejection::JsonRejection,
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, RETRY_AFTER},
    },
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
    #[error("the body is not a JSON object")]
    NotJson,
    #[error("the body is too large")]
    TooLarge,
    #[error("the body must be sent as application/json")]
    MediaType,
    #[error("some fields are not valid")]
    Fields(FieldErrors),
    #[error("the Idempotency-Key must be one text of 1 to 100 visible characters")]
    Key,
    #[error("this Idempotency-Key belongs to another order; a new order needs a new key")]
    KeyReused,
    #[error("there is nothing at this path")]
    NoSuchPath,
    #[error("the path does not have this method")]
    Method,
    #[error("a user can have 200 orders")]
    TooMany,
    #[error("the request took too long")]
    TooSlow,
    #[error("the database does not answer")]
    Database(#[from] sqlx::Error),
    #[error("something went wrong")]
    Panic,
}

impl Refusal {
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Token(error) => (error.status(), "invalid_token"),
            Self::NotJson | Self::Key => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "invalid_request"),
            Self::MediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_request"),
            Self::Fields(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_request"),
            Self::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused"),
            Self::NoSuchPath => (StatusCode::NOT_FOUND, "not_found"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::TooMany => (StatusCode::CONFLICT, "too_many_orders"),
            Self::TooSlow | Self::Database(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable")
            }
            Self::Panic => (StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
        }
    }
}

impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Self {
        match rejection.status() {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::MediaType,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            _ => Self::NotJson,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code) = self.kind();
        let mut body = json!({ "error": code, "error_description": self.to_string() });
        match self {
            // It knows its challenge.
            Self::Token(error) => return error.into_response(),
            // The cause is for the log; the caller cannot do anything about it.
            Self::Database(error) => tracing::error!(%error, "the database failed"),
            Self::Fields(fields) => body["fields"] = json!(fields),
            _ => {}
        }
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

/// What a panic in a handler becomes.
pub(crate) fn panicked(_: Box<dyn Any + Send>) -> Response {
    Refusal::Panic.into_response()
}
