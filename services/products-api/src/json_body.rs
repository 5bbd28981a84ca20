//! A request's body as a JSON object, within bounds.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    http::{HeaderMap, header::CONTENT_TYPE},
};
use serde_json::{Map, Value};

use crate::answer::Refusal;

/// The members of a JSON object that a request sent. The router's body limit holds.
#[derive(Debug)]
pub(crate) struct JsonObject(pub(crate) Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for JsonObject {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        if !is_json(request.headers()) {
            return Err(Refusal::MediaType);
        }
        let body =
            Bytes::from_request(request, state)
                .await
                .map_err(|rejection| match rejection {
                    BytesRejection::FailedToBufferBody(failure)
                        if failure.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE =>
                    {
                        Refusal::TooLarge
                    }
                    _ => Refusal::NotJson("it could not be read"),
                })?;
        let value =
            serde_json::from_slice(&body).map_err(|_| Refusal::NotJson("it cannot be parsed"))?;
        match value {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(Refusal::NotJson("an object is expected")),
        }
    }
}

/// Also what keeps plain forms of other sites out: they cannot send this media type.
fn is_json(headers: &HeaderMap) -> bool {
    let media_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
        || essence.to_ascii_lowercase().ends_with("+json")
}
