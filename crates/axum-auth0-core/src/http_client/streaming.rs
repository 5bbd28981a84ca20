//! Requests whose bodies are streamed in both directions, and protocol upgrades.

use std::{error::Error, fmt};

use bytes::Bytes;
use futures::Stream;
use http::{HeaderMap, StatusCode};
pub use reqwest::Upgraded;

use super::{
    client::HttpClient,
    error::{HttpError, RedactedUrl},
    options::HttpClientOptions,
};

/// The body of a request that is streamed.
pub struct RequestBody(reqwest::Body);

impl RequestBody {
    /// Returns a body that is read from `stream` as the server accepts it.
    pub fn stream<S, E>(stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>> + 'static,
    {
        Self(reqwest::Body::wrap_stream(stream))
    }
}

impl From<Bytes> for RequestBody {
    fn from(bytes: Bytes) -> Self {
        Self(bytes.into())
    }
}

impl From<RequestBody> for reqwest::Body {
    fn from(body: RequestBody) -> Self {
        body.0
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestBody")
    }
}

/// A response whose headers are complete, and whose body is not read yet.
pub struct StreamedResponse {
    client: HttpClient,
    to: RedactedUrl,
    response: reqwest::Response,
}

impl StreamedResponse {
    /// Returns the status.
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// Returns the next part of the body; `None` at its end. Cancelling the future loses nothing.
    ///
    /// # Errors
    /// [`HttpError::Interrupted`] if the connection is lost before the end of the body.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, HttpError> {
        let chunk = self.response.chunk().await;
        chunk.map_err(|error| self.client.failure(&self.to, &error))
    }

    /// Returns the connection of a response with status 101.
    ///
    /// # Errors
    /// [`HttpError::Interrupted`] if the connection was not upgraded.
    pub async fn upgrade(self) -> Result<Upgraded, HttpError> {
        let (client, to) = (self.client, self.to);
        let upgraded = self.response.upgrade().await;
        upgraded.map_err(|error| client.failure(&to, &error))
    }
}

impl HttpClient {
    /// Creates a client for [`send_streaming`](Self::send_streaming). Of the options, the timeout of a request and the size
    /// limit do not apply. It speaks HTTP/1.1 only, because a WebSocket needs it.
    ///
    /// # Errors
    /// [`HttpError::Setup`] if the TLS library cannot be set up.
    pub fn for_streaming(options: HttpClientOptions) -> Result<Self, HttpError> {
        Self::build(options, true)
    }

    /// Sends a request, and returns the response when its headers are complete, with any status. Redirects are not
    /// followed. Neither time nor size of the bodies is limited by a client of [`HttpClient::for_streaming`]: the caller
    /// limits them.
    ///
    /// # Errors
    /// [`HttpError`]; [`HttpError::sent`] returns whether the request may have had an effect.
    pub async fn send_streaming(
        &self,
        request: http::Request<RequestBody>,
    ) -> Result<StreamedResponse, HttpError> {
        let (to, response) = self.execute(request).await?;
        let client = self.clone();
        Ok(StreamedResponse {
            client,
            to,
            response,
        })
    }
}

/// Does not show the headers, which may set cookies.
impl fmt::Debug for StreamedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamedResponse")
            .field("status", &self.status())
            .field("to", &self.to)
            .finish_non_exhaustive()
    }
}
