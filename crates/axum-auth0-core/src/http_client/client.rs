//! The HTTP client.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, header::ACCEPT_ENCODING};
use url::Url;

use super::{
    certificate::TlsCertificates,
    connection::{connect, root_cause},
    error::{Delivery, HttpError, RedactedUrl},
    options::HttpClientOptions,
};

/// An HTTP client with limits for time and size. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: reqwest::Client,
    pub(super) options: Arc<HttpClientOptions>,
    is_streaming: bool,
}

impl HttpClient {
    /// Creates a client.
    ///
    /// # Errors
    /// [`HttpError::Setup`] if the TLS library cannot be set up.
    pub fn new(options: HttpClientOptions) -> Result<Self, HttpError> {
        Self::build(options, false)
    }

    pub(super) fn build(options: HttpClientOptions, is_streaming: bool) -> Result<Self, HttpError> {
        Ok(Self {
            client: connect(&options, is_streaming)?,
            options: Arc::new(options),
            is_streaming,
        })
    }

    /// Returns a client with the same limits that presents `tls`. It has its own connections.
    ///
    /// # Errors
    /// [`HttpError::Setup`] if the TLS library cannot be set up.
    pub fn with_tls(&self, tls: TlsCertificates) -> Result<Self, HttpError> {
        let options = HttpClientOptions {
            tls,
            ..HttpClientOptions::clone(&self.options)
        };
        Self::build(options, self.is_streaming)
    }

    pub(super) async fn send_unobserved(
        &self,
        mut request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Bytes>, HttpError> {
        request
            .headers_mut()
            .entry(ACCEPT_ENCODING)
            .or_insert(HeaderValue::from_static("identity"));
        let (to, mut received) = self.execute(request).await?;
        let mut response = http::Response::new(Bytes::new());
        *response.status_mut() = received.status();
        *response.headers_mut() = std::mem::take(received.headers_mut());
        *response.body_mut() = self.read(&to, received).await?;
        Ok(response)
    }

    /// Sends a request if its URL is allowed, and returns the response when its headers are complete.
    pub(super) async fn execute<B: Into<reqwest::Body>>(
        &self,
        request: http::Request<B>,
    ) -> Result<(RedactedUrl, reqwest::Response), HttpError> {
        let Ok(url) = Url::parse(&request.uri().to_string()) else {
            return Err(HttpError::InsecureUrl {
                to: RedactedUrl::unparsable(),
            });
        };
        let to = RedactedUrl::of(&url);
        if !self.options.allows(&url) {
            return Err(HttpError::InsecureUrl { to });
        }
        let request = reqwest::Request::try_from(request)
            .map_err(|_| HttpError::InsecureUrl { to: to.clone() })?;
        let received = self.client.execute(request).await;
        let received = received.map_err(|error| self.failure(&to, &error))?;
        Ok((to, received))
    }

    async fn read(
        &self,
        to: &RedactedUrl,
        mut response: reqwest::Response,
    ) -> Result<Bytes, HttpError> {
        let limit = self.options.max_response_bytes;
        let too_large = || HttpError::TooLarge {
            to: to.clone(),
            limit,
        };
        // A `Content-Length` over the limit saves the download. The received bytes are counted anyway.
        if response
            .content_length()
            .is_some_and(|length| length > limit as u64)
        {
            return Err(too_large());
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.failure(to, &error))?
        {
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    pub(super) fn failure(&self, to: &RedactedUrl, error: &reqwest::Error) -> HttpError {
        let to = to.clone();
        let connecting = error.is_connect();
        if error.is_timeout() {
            let (limit, sent) = if connecting {
                (self.options.connect_timeout, Delivery::NotSent)
            } else {
                (self.options.total_timeout, Delivery::Unknown)
            };
            HttpError::Timeout { to, limit, sent }
        } else if connecting {
            HttpError::Connect {
                to,
                cause: root_cause(error),
            }
        } else if error.is_builder() {
            HttpError::InsecureUrl { to }
        } else {
            HttpError::Interrupted {
                to,
                cause: root_cause(error),
            }
        }
    }
}
