//! An API on a free port with scripted replies and a request log.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use futures::{StreamExt as _, stream};
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct RecordedRequest {
    pub(crate) method: Method,
    /// Path and query, as they were sent.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl RecordedRequest {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let first = values.next().map(|value| value.to_str().unwrap());
        assert_eq!(values.next(), None, "{name} is given twice");
        first
    }

    pub(crate) fn token(&self) -> &str {
        let authorization = self.header("authorization").unwrap();
        authorization.strip_prefix("Bearer ").unwrap()
    }
}

/// A scripted reply.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    With(u16, Vec<(&'static str, String)>, String),
    /// The connection breaks in the middle of the body.
    Truncated,
    /// The connection breaks before the response begins.
    HangUp,
    /// One byte, and then nothing.
    Stalled,
    /// Chunks without end.
    Endless,
    /// Announces a gigabyte.
    Gigabyte,
    /// No response.
    NoResponse,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self::With(status, Vec::new(), String::new())
    }

    pub(crate) fn json(body: &Value) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self::With(200, headers, body.to_string())
    }

    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self::With(status, Vec::new(), body.to_owned())
    }

    pub(crate) fn headed(status: u16, name: &'static str, value: &str) -> Self {
        Self::With(status, vec![(name, value.to_owned())], String::new())
    }

    pub(crate) fn invalid_token() -> Self {
        Self::headed(
            401,
            "www-authenticate",
            r#"Bearer realm="orders", error="invalid_token", error_description="it was revoked""#,
        )
    }

    async fn respond(self) -> Response {
        match self {
            Self::With(status, headers, body) => {
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                response.body(Body::from(body)).unwrap()
            }
            Self::Truncated => {
                let chunks = [
                    Ok(Bytes::from_static(b"{\"owner\":")),
                    Err(std::io::Error::other("cut")),
                ];
                Body::from_stream(stream::iter(chunks)).into_response()
            }
            // Ends the task of the connection, without the message of a panic.
            Self::HangUp => std::panic::resume_unwind(Box::new("hang up")),
            Self::Stalled => {
                let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{"))]);
                Body::from_stream(first.chain(stream::pending())).into_response()
            }
            Self::Endless => {
                let chunk = || Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 16 * 1024]));
                Body::from_stream(stream::repeat_with(chunk)).into_response()
            }
            Self::Gigabyte => Response::builder()
                .header("content-length", 1_u64 << 30)
                .body(Body::from_stream(
                    stream::pending::<std::io::Result<Bytes>>(),
                ))
                .unwrap(),
            Self::NoResponse => std::future::pending().await,
        }
    }
}

#[derive(Default)]
struct ApiState {
    script: VecDeque<Reply>,
    requests: Vec<RecordedRequest>,
}

#[derive(Clone)]
pub(crate) struct HostileApi {
    address: String,
    state: Arc<Mutex<ApiState>>,
}

impl HostileApi {
    /// Starts an API that replies with `{}` until [`Self::replies`] sets a script.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            state: Arc::default(),
        };
        api.replies([Reply::json(&serde_json::json!({}))]);
        let router = Router::new().fallback(serve).with_state(api.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        api
    }

    /// Returns its origin.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Sets the replies, in order. The last one repeats.
    pub(crate) fn replies(&self, script: impl IntoIterator<Item = Reply>) {
        self.state.lock().unwrap().script = script.into_iter().collect();
    }

    /// Returns the requests, in order.
    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.state.lock().unwrap().requests.clone()
    }

    pub(crate) fn request_count(&self) -> usize {
        self.state.lock().unwrap().requests.len()
    }
}

async fn serve(State(api): State<HostileApi>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let recorded = RecordedRequest {
        method: parts.method,
        target: parts.uri.to_string(),
        headers: parts.headers,
        body: to_bytes(body, 1 << 20).await.unwrap(),
    };
    let reply = {
        let mut state = api.state.lock().unwrap();
        state.requests.push(recorded);
        if state.script.len() > 1 {
            state.script.pop_front()
        } else {
            state.script.front().cloned()
        }
    };
    match reply {
        Some(reply) => reply.respond().await,
        None => StatusCode::NOT_IMPLEMENTED.into_response(),
    }
}
