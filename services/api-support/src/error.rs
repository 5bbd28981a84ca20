//! Error responses. They are always JSON: `error`, `error_description` and, for invalid input, `fields`.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::rejection::JsonRejection,
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use axum_auth0_bearer::BearerError;
use serde_json::json;

/// What is wrong with each field of a request, in words for the user who filled it in.
pub type FieldErrors = BTreeMap<String, String>;

/// Why a request fails.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The access token is missing, invalid, or lacks a scope (RFC 6750 §3.1).
    #[error(transparent)]
    Token(#[from] BearerError),
    /// The body is not a JSON object.
    #[error("the body is not JSON: {0}")]
    InvalidJson(&'static str),
    /// The body exceeds the limit.
    #[error("the body is too large")]
    BodyTooLarge,
    /// The body has another media type.
    #[error("the body must be sent as application/json")]
    UnsupportedMediaType,
    /// Fields of the body are not valid.
    #[error("some fields are not valid")]
    InvalidFields(FieldErrors),
    /// No route has this path.
    #[error("there is nothing at this path")]
    PathNotFound,
    /// The route does not have this method.
    #[error("the path does not have this method")]
    MethodNotAllowed,
    /// The request exceeded its time limit.
    #[error("the request took too long")]
    Timeout,
    /// A statement failed.
    #[error("the database does not answer")]
    Database(#[from] sqlx::Error),
    /// A handler panicked.
    #[error("something went wrong")]
    Panic,
    /// A rule of this API rejects the request.
    #[error("{description}")]
    Rejected {
        /// Status of the response.
        status: StatusCode,
        /// Value of `error`.
        code: &'static str,
        /// Value of `error_description`.
        description: &'static str,
    },
}

impl ApiError {
    /// An error of a rule that only this API has.
    #[must_use]
    pub const fn rejected(
        status: StatusCode,
        code: &'static str,
        description: &'static str,
    ) -> Self {
        Self::Rejected {
            status,
            code,
            description,
        }
    }

    fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Token(error) => (error.status(), "invalid_token"),
            Self::InvalidJson(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "invalid_request"),
            Self::UnsupportedMediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_request"),
            Self::InvalidFields(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_request"),
            Self::PathNotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::Timeout | Self::Database(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable")
            }
            Self::Panic => (StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
            Self::Rejected { status, code, .. } => (*status, code),
        }
    }
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        match rejection {
            JsonRejection::MissingJsonContentType(_) => Self::UnsupportedMediaType,
            JsonRejection::JsonSyntaxError(_) => Self::InvalidJson("it cannot be parsed"),
            JsonRejection::JsonDataError(_) => Self::InvalidJson("an object is expected"),
            other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => Self::BodyTooLarge,
            _ => Self::InvalidJson("it could not be read"),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, code) = self.status_and_code();
        let mut body = json!({ "error": code, "error_description": self.to_string() });
        match self {
            // Sets `WWW-Authenticate` as well.
            Self::Token(error) => return error.into_response(),
            // The cause is for the log: the client can do nothing about it.
            Self::Database(error) => tracing::error!(%error, "database statement failed"),
            Self::InvalidFields(fields) => body["fields"] = json!(fields),
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
