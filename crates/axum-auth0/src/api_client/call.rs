//! One call of an API, as a builder.

use std::{fmt, marker::PhantomData, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde::Serialize;
use url::Url;

use super::{
    error::{ApiError, InvalidRequest},
    limits::Limits,
    request_url,
};
use crate::{config::Api, session::SignedInUser};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Maximum length of an `Idempotency-Key` in characters.
const MAX_KEY_LENGTH: usize = 255;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A call of the API `A`, created by [`ApiClient`](super::ApiClient). [`send`](Self::send) sends it and reports any
/// invalid input.
#[must_use = "nothing is sent before `send`"]
pub struct ApiCall<A> {
    pub(super) user: SignedInUser,
    pub(super) limits: Limits,
    pub(super) scopes: Vec<String>,
    pub(super) is_idempotent: bool,
    pub(super) request: Result<Request, ApiError>,
    _api: PhantomData<fn() -> A>,
}

/// The request without the access token.
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl<A: Api> ApiCall<A> {
    pub(super) fn new<S: AsRef<str>>(
        user: SignedInUser,
        limits: Limits,
        method: Method,
        path: impl IntoIterator<Item = S>,
    ) -> Self {
        let settings = user.services.apis.of::<A>().map_err(ApiError::from);
        let is_idempotent = method.is_idempotent();
        let request = settings.and_then(|settings| {
            Ok(Request {
                method,
                url: request_url::join_path_segments(&settings.base_url, path)?,
                headers: HeaderMap::new(),
                body: Bytes::new(),
            })
        });
        Self {
            user,
            limits,
            scopes: Vec::new(),
            is_idempotent,
            request,
            _api: PhantomData,
        }
    }

    /// Appends form-encoded pairs to the query.
    pub fn query<N, V>(self, pairs: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        self.with(|request| {
            for (name, value) in pairs {
                request_url::add_query(&mut request.url, name.as_ref(), value.as_ref())?;
            }
            Ok(())
        })
    }

    /// Sets the body to `value` as JSON.
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> Self {
        self.with(|request| {
            request.body = serde_json::to_vec(value)
                .map_err(|_| InvalidRequest::Body)?
                .into();
            request.headers.insert(header::CONTENT_TYPE, JSON);
            Ok(())
        })
    }

    /// Sets the body and its `Content-Type`, such as `text/csv`.
    pub fn body(self, media_type: &str, body: impl Into<Bytes>) -> Self {
        self.with(|request| {
            let media_type =
                HeaderValue::from_str(media_type).map_err(|_| InvalidRequest::Header)?;
            request.headers.insert(header::CONTENT_TYPE, media_type);
            request.body = body.into();
            Ok(())
        })
    }

    /// Sets the `Accept` header: `application/json` by default.
    pub fn accept(self, media_types: &str) -> Self {
        self.with(|request| {
            let accept = HeaderValue::from_str(media_types).map_err(|_| InvalidRequest::Header)?;
            request.headers.insert(header::ACCEPT, accept);
            Ok(())
        })
    }

    /// Adds scopes that this call needs in addition to those of the API's configuration. A token with them is cached
    /// separately.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Sends an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) and marks the call as idempotent: an API
    /// that supports the header executes the call once, even if it receives it several times. `key` is 1 to 255 visible
    /// ASCII characters without `"` and `\`, unique for each operation; it is sent as a quoted string.
    pub fn idempotency_key(mut self, key: &str) -> Self {
        let is_text = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
        let is_valid = (1..=MAX_KEY_LENGTH).contains(&key.len()) && key.bytes().all(is_text);
        self.is_idempotent |= is_valid;
        self.with(|request| {
            let value = HeaderValue::from_str(&format!("\"{key}\""));
            let value = value
                .ok()
                .filter(|_| is_valid)
                .ok_or(InvalidRequest::Header)?;
            request.headers.insert(IDEMPOTENCY_KEY, value);
            Ok(())
        })
    }

    /// Marks the call as idempotent, so that it is retried after a transient failure. `GET`, `HEAD`, `PUT` and `DELETE`
    /// are idempotent by definition.
    pub fn idempotent(mut self) -> Self {
        self.is_idempotent = true;
        self
    }

    /// Sets [`ApiClient::timeout`](super::ApiClient::timeout) for this call.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.set_timeout(timeout);
        self
    }

    /// Sets [`ApiClient::deadline`](super::ApiClient::deadline) for this call.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.set_deadline(deadline);
        self
    }

    /// Sets [`ApiClient::max_response_bytes`](super::ApiClient::max_response_bytes) for this call.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.limits.set_max_response_bytes(bytes);
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Request) -> Result<(), InvalidRequest>) -> Self {
        if let Ok(request) = &mut self.request
            && let Err(invalid) = change(request)
        {
            self.request = Err(invalid.into());
        }
        self
    }
}

/// Omits path, query and body.
impl<A: Api> fmt::Debug for ApiCall<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = self.request.as_ref().map(|request| &request.method);
        write!(f, "ApiCall<{}>({method:?})", A::ENV_PREFIX)
    }
}
