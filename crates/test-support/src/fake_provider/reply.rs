//! Valid and invalid responses that a test sets.

use std::{io::Write as _, sync::Arc};

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use futures::{StreamExt as _, stream};
use http::StatusCode;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::RecordedRequest;

/// A response of the provider.
#[derive(Clone, Debug)]
pub enum Reply {
    Json(u16, Value),
    Raw {
        status: u16,
        media_type: &'static str,
        body: Bytes,
        headers: Vec<(&'static str, String)>,
    },
    /// A response that waits for a permit of the semaphore.
    Gated(Arc<Semaphore>, Box<Reply>),
    /// A response that is computed from the request.
    Computed(fn(&RecordedRequest) -> Reply),
    /// The connection is closed in the middle of the body.
    Truncated,
    /// The body stalls after one byte.
    Stalled,
    /// No response is sent.
    NoResponse,
}

impl Reply {
    /// Returns a text response of this media type.
    pub fn text(status: u16, media_type: &'static str, body: &str) -> Self {
        Self::Raw {
            status,
            media_type,
            body: Bytes::copy_from_slice(body.as_bytes()),
            headers: Vec::new(),
        }
    }

    /// Returns an empty response.
    pub fn status(status: u16) -> Self {
        Self::text(status, "text/plain", "")
    }

    /// Returns an HTML page, like that of a proxy.
    pub fn html(status: u16) -> Self {
        Self::text(status, "text/html", "<h1>Something happened</h1>")
    }

    /// Returns an empty response with `Retry-After`.
    pub fn busy(status: u16, retry_after: &str) -> Self {
        Self::status(status).with_header("retry-after", retry_after)
    }

    /// Returns a JWK Set.
    pub fn keys(keys: &[Value]) -> Self {
        Self::Json(200, serde_json::json!({ "keys": keys }))
    }

    /// Adds a header.
    pub fn with_header(self, name: &'static str, value: &str) -> Self {
        let mut reply = match self {
            Self::Json(status, body) => Self::text(status, "application/json", &body.to_string()),
            other => other,
        };
        if let Self::Raw { headers, .. } = &mut reply {
            headers.push((name, value.to_owned()));
        }
        reply
    }

    /// Compresses the body.
    pub fn gzipped(self) -> Self {
        let mut reply = self.with_header("content-encoding", "gzip");
        if let Self::Raw { body, .. } = &mut reply {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(body).unwrap();
            *body = encoder.finish().unwrap().into();
        }
        reply
    }

    /// Returns an error response of the token endpoint (RFC 6749 §5.2).
    pub fn error(status: u16, code: &str) -> Self {
        Self::Json(status, serde_json::json!({ "error": code }))
    }

    pub(crate) async fn respond(self) -> Response {
        match self {
            Self::Json(status, body) => {
                (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
            }
            Self::Gated(semaphore, reply) => {
                semaphore.acquire().await.unwrap().forget();
                Box::pin(reply.respond()).await
            }
            Self::Raw {
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
            Self::Stalled => {
                let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{"))]);
                Body::from_stream(first.chain(stream::pending())).into_response()
            }
            // The caller replaces it with the computed response.
            Self::Computed(_) => StatusCode::NOT_IMPLEMENTED.into_response(),
            Self::NoResponse => std::future::pending().await,
        }
    }
}
