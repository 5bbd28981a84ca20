//! What was asked of a service and what it answered, written down as it passed.

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

/// No message of these services is larger.
const LARGEST: usize = 1 << 20;

/// One request and its answer.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) status: StatusCode,
    pub(crate) answer: Bytes,
}

impl Entry {
    /// A field of the form that was posted.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        value(&self.body, name)
    }

    /// A parameter of the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        value(self.query.as_bytes(), name)
    }

    /// A string of the JSON that was answered.
    pub(crate) fn answered(&self, name: &str) -> Option<String> {
        let answer: serde_json::Value = serde_json::from_slice(&self.answer).ok()?;
        Some(answer.get(name)?.as_str()?.to_owned())
    }

    /// The token of the `Authorization` header.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let value = self.headers.get(header::AUTHORIZATION)?;
        value.to_str().ok()?.strip_prefix("Bearer ")
    }
}

fn value(form: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(form)
        .find(|(given, _)| given == name)
        .map(|(_, value)| value.into_owned())
}

/// All of them, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger(Arc<Mutex<Vec<Entry>>>);

impl Ledger {
    /// Writes down what passes to and from `service`.
    pub(crate) fn around(&self, service: Router) -> Router {
        service.layer(from_fn_with_state(self.clone(), note))
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The requests of `method` to `path`.
    pub(crate) fn of(&self, method: &Method, path: &str) -> Vec<Entry> {
        let mut entries = self.entries();
        entries.retain(|entry| entry.method == method && entry.path == path);
        entries
    }
}

async fn note(State(ledger): State<Ledger>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST).await.unwrap();
    let asked = (
        parts.method.clone(),
        parts.uri.clone(),
        parts.headers.clone(),
    );
    let request = Request::from_parts(parts, Body::from(body.clone()));
    let (parts, answer) = next.run(request).await.into_parts();
    let answer = to_bytes(answer, LARGEST).await.unwrap();
    let (method, uri, headers) = asked;
    let entry = Entry {
        method,
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers,
        body,
        status: parts.status,
        answer: answer.clone(),
    };
    ledger
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(entry);
    Response::from_parts(parts, Body::from(answer))
}
