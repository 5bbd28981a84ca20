//! A log of the requests to a service and of its responses.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use http::{HeaderMap, Method, StatusCode, header};
use url::form_urlencoded;

/// Body limit in bytes; no body in the tests is larger.
const MAX_BODY_BYTES: usize = 1 << 20;

/// A request and its response.
#[derive(Clone, Debug)]
pub struct RecordedExchange {
    pub method: Method,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub status: StatusCode,
    pub response_body: Bytes,
}

impl RecordedExchange {
    /// Returns a field of the posted form.
    pub fn form_field(&self, name: &str) -> Option<String> {
        value(&self.body, name)
    }

    /// Returns a parameter of the query.
    pub fn query_parameter(&self, name: &str) -> Option<String> {
        value(self.query.as_bytes(), name)
    }

    /// Returns a string member of the JSON response.
    pub fn response_field(&self, name: &str) -> Option<String> {
        let response: serde_json::Value = serde_json::from_slice(&self.response_body).ok()?;
        Some(response.get(name)?.as_str()?.to_owned())
    }

    /// Returns the token of the `Authorization` header.
    pub fn bearer_token(&self) -> Option<&str> {
        let value = self.headers.get(header::AUTHORIZATION)?;
        value.to_str().ok()?.strip_prefix("Bearer ")
    }
}

fn value(form: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(form)
        .find(|(given, _)| given == name)
        .map(|(_, value)| value.into_owned())
}

/// The exchanges with one service, in order of their responses. Clones share the log.
#[derive(Clone, Debug, Default)]
pub struct RequestLog(Arc<Mutex<Vec<RecordedExchange>>>);

impl RequestLog {
    /// Wraps `service` and records its exchanges.
    pub fn wrap(&self, service: Router) -> Router {
        service.layer(from_fn_with_state(self.clone(), record))
    }

    /// Returns all exchanges.
    pub fn entries(&self) -> Vec<RecordedExchange> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Returns the exchanges of `method` at `path`.
    pub fn matching(&self, method: &Method, path: &str) -> Vec<RecordedExchange> {
        let mut entries = self.entries();
        entries.retain(|entry| entry.method == method && entry.path == path);
        entries
    }
}

async fn record(State(log): State<RequestLog>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY_BYTES).await.unwrap();
    let request = Request::from_parts(head.clone(), Body::from(body.clone()));
    let (response_head, response_body) = next.run(request).await.into_parts();
    let response_body = to_bytes(response_body, MAX_BODY_BYTES).await.unwrap();
    let exchange = RecordedExchange {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
        status: response_head.status,
        response_body: response_body.clone(),
    };
    log.0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(exchange);
    Response::from_parts(response_head, Body::from(response_body))
}
