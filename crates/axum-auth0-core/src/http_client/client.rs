//! The HTTP client.

use std::{error::Error, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{
    HeaderValue,
    header::{ACCEPT, ACCEPT_ENCODING},
};
use tokio::time::Instant;
use tracing::{Instrument as _, field};
use url::Url;

use super::{
    body::{content_coding, media_type, strip_bom},
    certificate::{AuthorityCertificates, TlsCertificates},
    error::{Delivery, HttpError, RedactedUrl},
    observer::{ProviderEndpoint, RequestResult},
    options::HttpClientOptions,
    retry_after::retry_after,
};

/// Timeout of a client without one. The largest value would overflow the clock of some systems.
const UNLIMITED: Duration = Duration::from_hours(24 * 365);

/// An HTTP client with limits for time and size. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: reqwest::Client,
    options: Arc<HttpClientOptions>,
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
        let builder = |options: &HttpClientOptions| {
            let builder = builder(options);
            if is_streaming {
                builder.http1_only().timeout(UNLIMITED)
            } else {
                builder
            }
        };
        // reqwest uses the process-wide crypto provider. A provider that the application has installed is kept.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // An error means that another thread has installed a provider.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let client = builder(&options)
            .build()
            .or_else(|error| {
                // Containers often lack root certificates, and a provider on loopback needs none.
                tracing::warn!(cause = %root_cause(&error), "no root certificates found: requests over https fail until they are installed (package ca-certificates)");
                let authorities = options.tls.authorities.as_ref();
                let authorities = authorities.map_or_else(Vec::new, AuthorityCertificates::to_vec);
                builder(&options).tls_certs_only(authorities).build()
            })
            .map_err(|error| HttpError::Setup { cause: root_cause(&error) })?;
        Ok(Self {
            client,
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

    /// Sends a request and reads the whole response, with any status. Redirects are not followed. The request accepts
    /// no content coding ([RFC 9110 §12.5.3](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3)), because the
    /// client decodes none.
    ///
    /// # Errors
    /// [`HttpError`]; [`HttpError::sent`] returns whether the request may have had an effect.
    pub async fn send(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Bytes>, HttpError> {
        match request.extensions().get().copied() {
            Some(endpoint) => self.send_observed(request, endpoint).await,
            None => self.send_unobserved(request).await,
        }
    }

    /// Sends a request to an endpoint of the provider, in a span of its own at the level `DEBUG`.
    async fn send_observed(
        &self,
        request: http::Request<Vec<u8>>,
        endpoint: ProviderEndpoint,
    ) -> Result<http::Response<Bytes>, HttpError> {
        // The fields are those of the semantic conventions of OpenTelemetry. Queries and bodies are not recorded.
        let span = tracing::debug_span!(
            "provider_request",
            otel.kind = "client",
            otel.name = endpoint.as_str(),
            otel.status_code = field::Empty,
            http.request.method = %request.method(),
            server.address = request.uri().host(),
            url.path = request.uri().path(),
            http.response.status_code = field::Empty,
        );
        let start = Instant::now();
        let sent = self.send_unobserved(request).instrument(span.clone()).await;
        let result = match &sent {
            Ok(response) => {
                span.record("http.response.status_code", response.status().as_u16());
                if response.status().is_success() {
                    RequestResult::Success
                } else {
                    RequestResult::ErrorStatus
                }
            }
            Err(_) => RequestResult::NoResponse,
        };
        if result != RequestResult::Success {
            span.record("otel.status_code", "ERROR");
        }
        if let Some(observer) = &self.options.observer {
            observer.completed(endpoint, result, start.elapsed());
        }
        sent
    }

    async fn send_unobserved(
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

    /// Sends a request as [`HttpClient::send`] does, and rejects a successful response with a content coding.
    ///
    /// # Errors
    /// The errors of [`HttpClient::send`], and [`HttpError::Encoded`] if a successful response has a content coding.
    pub async fn send_for_body(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let to = Url::parse(&request.uri().to_string())
            .map_or_else(|_| RedactedUrl::unparsable(), |url| RedactedUrl::of(&url));
        let response = self.send(request).await?;
        match content_coding(response.headers()) {
            Some(encoding) if response.status().is_success() => {
                Err(HttpError::Encoded { to, encoding })
            }
            _ => Ok(response),
        }
    }

    /// Fetches a JSON document.
    ///
    /// # Errors
    /// The errors of [`HttpClient::send_for_body`], [`HttpError::Status`] if the status is not a success, and
    /// [`HttpError::NotJson`].
    pub async fn get_json(&self, url: &Url) -> Result<serde_json::Value, HttpError> {
        self.get_json_as(url, "application/json", None).await
    }

    /// Fetches a JSON document. `Accept` lists these media types.
    ///
    /// # Errors
    /// The errors of [`HttpClient::get_json`].
    pub(crate) async fn get_json_as(
        &self,
        url: &Url,
        accept: &'static str,
        endpoint: Option<ProviderEndpoint>,
    ) -> Result<serde_json::Value, HttpError> {
        let to = RedactedUrl::of(url);
        let mut request = http::Request::get(url.as_str())
            .header(ACCEPT, HeaderValue::from_static(accept))
            .body(Vec::new())
            .map_err(|_| HttpError::InsecureUrl { to: to.clone() })?;
        if let Some(endpoint) = endpoint {
            request.extensions_mut().insert(endpoint);
        }
        let response = Box::pin(self.send_for_body(request)).await?;
        if !response.status().is_success() {
            let retry_after = retry_after(response.headers(), self.options.clock.as_ref());
            return Err(HttpError::Status {
                to,
                status: response.status(),
                retry_after,
            });
        }
        // The media type is ignored: providers send JSON as application/jwk-set+json, text/json or text/plain, with or
        // without parameters.
        serde_json::from_slice(strip_bom(response.body())).map_err(|_| HttpError::NotJson {
            to,
            content_type: media_type(&response),
        })
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

fn builder(options: &HttpClientOptions) -> reqwest::ClientBuilder {
    let mut builder = reqwest::Client::builder();
    if let Some(certificate) = &options.tls.client {
        builder = builder.identity(certificate.identity());
    }
    if let Some(authorities) = &options.tls.authorities {
        builder = builder.tls_certs_merge(authorities.to_vec());
    }
    builder
        .user_agent(concat!(
            env!("CARGO_PKG_NAME"),
            "/",
            env!("CARGO_PKG_VERSION")
        ))
        // A redirect could carry a token to another host.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        // Another crate of the build may enable decompression; a small response could become a large one.
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .connect_timeout(options.connect_timeout)
        .timeout(options.total_timeout)
        // Shorter than the idle timeout of servers: if a server closes a connection during a request, the outcome is
        // unknown.
        .pool_idle_timeout(Duration::from_secs(15))
        .pool_max_idle_per_host(8)
}

/// Returns the innermost error, such as "connection refused". The outer ones repeat the URL.
fn root_cause(error: &reqwest::Error) -> String {
    let mut root: &dyn Error = error;
    while let Some(source) = root.source() {
        root = source;
    }
    if root.is::<reqwest::Error>() {
        return "the request failed".to_owned();
    }
    root.to_string()
}
