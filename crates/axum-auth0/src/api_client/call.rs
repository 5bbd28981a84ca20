//! One call: what it says, and how its answer is wanted.

use std::{fmt, marker::PhantomData, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde::{Serialize, de::DeserializeOwned};
use url::Url;

use super::{
    error::{ApiError, InvalidRequest},
    execute,
    limits::Limits,
    request_url,
    response::ApiResponse,
};
use crate::{config::Api, session::SignedInUser};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The most characters of an `Idempotency-Key`.
const MAX_KEY: usize = 255;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A call of the API `A`, made by [`ApiClient`](super::ApiClient); nothing is sent before [`json`](Self::json),
/// [`bytes`](Self::bytes), [`done`](Self::done) or [`answer`](Self::answer). What is wrong with a call is said there, too.
#[must_use = "nothing is sent before the answer is asked for"]
pub struct ApiCall<A> {
    pub(super) user: SignedInUser,
    pub(super) limits: Limits,
    pub(super) scopes: Vec<String>,
    pub(super) is_repeatable: bool,
    pub(super) request: Result<Request, ApiError>,
    _api: PhantomData<fn() -> A>,
}

/// What is sent, but for the token.
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
        let settings = user
            .services
            .apis
            .get(A::ENV_PREFIX)
            .map_err(ApiError::from);
        let is_repeatable = method.is_idempotent();
        let request = settings.and_then(|settings| {
            Ok(Request {
                method,
                url: request_url::below(&settings.base_url, path)?,
                headers: HeaderMap::new(),
                body: Bytes::new(),
            })
        });
        Self {
            user,
            limits,
            scopes: Vec::new(),
            is_repeatable,
            request,
            _api: PhantomData,
        }
    }

    /// Adds pairs to the query; they are encoded as a form would be.
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

    /// Sends `value` as JSON.
    pub fn json_body<T: Serialize + ?Sized>(self, value: &T) -> Self {
        self.with(|request| {
            request.body = serde_json::to_vec(value)
                .map_err(|_| InvalidRequest::Body)?
                .into();
            request.headers.insert(header::CONTENT_TYPE, JSON);
            Ok(())
        })
    }

    /// Sends bytes as they are. `media_type` is the `Content-Type`, such as `text/csv`.
    pub fn bytes_body(self, media_type: &str, body: impl Into<Bytes>) -> Self {
        self.with(|request| {
            let media_type =
                HeaderValue::from_str(media_type).map_err(|_| InvalidRequest::Header)?;
            request.headers.insert(header::CONTENT_TYPE, media_type);
            request.body = body.into();
            Ok(())
        })
    }

    /// Which media types the answer may have, as the `Accept` header lists them; `application/json` by default.
    pub fn accept(self, media_types: &str) -> Self {
        self.with(|request| {
            let accept = HeaderValue::from_str(media_types).map_err(|_| InvalidRequest::Header)?;
            request.headers.insert(header::ACCEPT, accept);
            Ok(())
        })
    }

    /// Scopes that this call needs beside those of the API's configuration. A token with them is held apart.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Sends an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): an API that knows it does the same thing
    /// once, however often the call arrives, so the call is repeated where that may help. `key` is 1 to 255 visible ASCII
    /// characters without `"` and `\`, new for each thing to be done; it is sent as the quoted string of the draft.
    pub fn idempotency_key(mut self, key: &str) -> Self {
        let is_text = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
        let is_good = (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(is_text);
        self.is_repeatable |= is_good;
        self.with(|request| {
            let value = HeaderValue::from_str(&format!("\"{key}\""));
            let value = value
                .ok()
                .filter(|_| is_good)
                .ok_or(InvalidRequest::Header)?;
            request.headers.insert(IDEMPOTENCY_KEY, value);
            Ok(())
        })
    }

    /// Says that it does no harm when the API does this twice, so the call is repeated where that may help. `GET`, `HEAD`,
    /// `PUT` and `DELETE` are like this by themselves.
    pub fn safe_to_repeat(mut self) -> Self {
        self.is_repeatable = true;
        self
    }

    /// As [`ApiClient::timeout`](super::ApiClient::timeout), for this call.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.set_timeout(timeout);
        self
    }

    /// As [`ApiClient::deadline`](super::ApiClient::deadline), for this call.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.set_deadline(deadline);
        self
    }

    /// As [`ApiClient::max_response_bytes`](super::ApiClient::max_response_bytes), for this call.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.limits.set_max_response_bytes(bytes);
        self
    }

    /// Sends the call, and reads its answer as JSON. The media type is not insisted on.
    ///
    /// # Errors
    ///
    /// See [`ApiError`]; [`ApiError::NotJson`] and [`ApiError::UnexpectedJson`] where the answer is no `T`.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, ApiError> {
        self.answer().await?.json()
    }

    /// Sends the call, and takes the body of its answer as it is.
    ///
    /// # Errors
    ///
    /// See [`ApiError`].
    pub async fn bytes(self) -> Result<Bytes, ApiError> {
        Ok(self.answer().await?.into_body())
    }

    /// Sends the call, where it is enough to know that it was done.
    ///
    /// # Errors
    ///
    /// See [`ApiError`].
    pub async fn done(self) -> Result<(), ApiError> {
        self.answer().await.map(drop)
    }

    /// Sends the call.
    ///
    /// # Errors
    ///
    /// See [`ApiError`]: any status but 2xx is one.
    pub async fn answer(self) -> Result<ApiResponse, ApiError> {
        execute::execute(self).await
    }

    fn with(mut self, change: impl FnOnce(&mut Request) -> Result<(), InvalidRequest>) -> Self {
        if let Ok(request) = &mut self.request
            && let Err(unsendable) = change(request)
        {
            self.request = Err(unsendable.into());
        }
        self
    }
}

/// Shows neither path, query nor body.
impl<A: Api> fmt::Debug for ApiCall<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = self.request.as_ref().map(|request| &request.method);
        write!(f, "ApiCall<{}>({method:?})", A::ENV_PREFIX)
    }
}
