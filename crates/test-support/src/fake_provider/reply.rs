//! Answers that a provider should not give.

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use futures::{StreamExt as _, stream};
use http::StatusCode;
use serde_json::Value;

/// An answer as it is.
#[derive(Clone, Debug)]
pub enum Reply {
    Json(u16, Value),
    Text {
        status: u16,
        media_type: &'static str,
        body: String,
        headers: Vec<(&'static str, &'static str)>,
    },
    /// The connection breaks in the middle of the body.
    Truncated,
    /// One byte, and then nothing, for ever.
    Drip,
    /// Never.
    Silence,
}

impl Reply {
    pub fn text(status: u16, media_type: &'static str, body: &str) -> Self {
        Self::Text {
            status,
            media_type,
            body: body.to_owned(),
            headers: Vec::new(),
        }
    }

    pub fn status(status: u16) -> Self {
        Self::text(status, "text/plain", "")
    }

    pub fn html(status: u16) -> Self {
        Self::text(status, "text/html", "<h1>Something happened</h1>")
    }

    pub fn busy(status: u16, retry_after: &'static str) -> Self {
        Self::Text {
            status,
            media_type: "text/plain",
            body: String::new(),
            headers: vec![("retry-after", retry_after)],
        }
    }

    pub fn error(status: u16, code: &str) -> Self {
        Self::Json(status, serde_json::json!({ "error": code }))
    }

    pub(crate) async fn respond(self) -> Response {
        match self {
            Self::Json(status, body) => {
                (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
            }
            Self::Text {
                status,
                media_type,
                body,
                headers,
            } => {
                let mut response = Response::builder()
                    .status(status)
                    .header("content-type", media_type);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                response.body(Body::from(body)).unwrap()
            }
            Self::Truncated => {
                let chunks = [
                    Ok(Bytes::from_static(b"{\"access_token\":")),
                    Err(std::io::Error::other("cut")),
                ];
                Body::from_stream(stream::iter(chunks)).into_response()
            }
            Self::Drip => {
                let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{"))]);
                Body::from_stream(first.chain(stream::pending())).into_response()
            }
            Self::Silence => std::future::pending().await,
        }
    }
}
