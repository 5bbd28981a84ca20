//! The API's description, for people and for generators.

use axum::{http::header::CONTENT_TYPE, response::IntoResponse};

const DOCUMENT: &str = include_str!("openapi/openapi.json");

/// `GET /openapi.json`
pub(crate) async fn show() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT)
}
