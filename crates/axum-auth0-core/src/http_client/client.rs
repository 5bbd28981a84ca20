//! The client itself.

use std::{error::Error, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE},
};
use url::Url;

use super::{
    error::{Delivery, HttpError, RedactedUrl},
    retry_after::retry_after,
    url_policy::is_secure,
};
use crate::clock::{SharedClock, SystemClock};

/// The bounds of an [`HttpClient`].
#[derive(Clone, Debug)]
pub struct HttpClientOptions {
    /// How long a connection may take, TLS included. 3 seconds by default.
    pub connect_timeout: Duration,
    /// How long a request may take from its start to the last byte of the answer. 5 seconds by default.
    pub total_timeout: Duration,
    /// How many bytes of an answer are read. 1 MiB by default.
    pub max_response_bytes: usize,
    /// An origin that may be asked over plain http although it is another machine, in a network of containers for example.
    /// None by default.
    pub plain_http_to: Option<Url>,
    /// What the time is, for a `Retry-After` that is a date.
    pub clock: SharedClock,
}

impl Default for HttpClientOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            total_timeout: Duration::from_secs(5),
            max_response_bytes: 1024 * 1024,
            plain_http_to: None,
            clock: SystemClock::shared(),
        }
    }
}

impl HttpClientOptions {
    fn allows(&self, url: &Url) -> bool {
        let is_excepted = self.plain_http_to.as_ref().is_some_and(|allowed| {
            allowed.origin() == url.origin()
                && url.username().is_empty()
                && url.password().is_none()
        });
        is_secure(url) || is_excepted
    }
}

/// A bounded HTTP client. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: reqwest::Client,
    options: Arc<HttpClientOptions>,
}

impl HttpClient {
    /// Sets the client up.
    ///
    /// # Errors
    /// [`HttpError::Setup`] if the TLS library cannot be set up.
    pub fn new(options: HttpClientOptions) -> Result<Self, HttpError> {
        // reqwest takes the process's provider. An application that installed another one keeps it.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // Losing the race to another thread means that there is one.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let client = builder(&options)
            .build()
            .or_else(|error| {
                // Containers often lack root certificates, and a provider on this machine needs none.
                tracing::warn!(cause = %root_cause(&error), "no root certificates found: providers cannot be asked over https until they are installed (package ca-certificates)");
                builder(&options).tls_certs_only([]).build()
            })
            .map_err(|error| HttpError::Setup { cause: root_cause(&error) })?;
        Ok(Self {
            client,
            options: Arc::new(options),
        })
    }

    /// Sends a request and reads the whole answer, whatever its status. Redirects are answers. The request asks for an
    /// answer without a content coding ([RFC 9110 §12.5.3](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3)), because nothing here
    /// decodes one.
    ///
    /// # Errors
    /// As [`HttpError`] says; [`HttpError::sent`] tells whether the request may have had an effect.
    pub async fn send(
        &self,
        mut request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Bytes>, HttpError> {
        request
            .headers_mut()
            .entry(ACCEPT_ENCODING)
            .or_insert(HeaderValue::from_static("identity"));
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
        let mut answer = self
            .client
            .execute(request)
            .await
            .map_err(|error| self.failure(&to, &error))?;

        let mut response = http::Response::new(Bytes::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        *response.body_mut() = self.read(&to, answer).await?;
        Ok(response)
    }

    /// As [`HttpClient::send`], for a success whose body is going to be read.
    ///
    /// # Errors
    /// As [`HttpClient::send`]; and [`HttpError::Encoded`] if a success is compressed although that was not asked for.
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

    /// Gets a JSON document.
    ///
    /// # Errors
    /// As [`HttpClient::send_for_body`]; and if the status is not a success or the body is not JSON.
    pub async fn get_json(&self, url: &Url) -> Result<serde_json::Value, HttpError> {
        self.get_json_as(url, "application/json").await
    }

    /// Gets a JSON document of one of these media types, as `Accept` lists them.
    ///
    /// # Errors
    /// As [`HttpClient::get_json`].
    pub(crate) async fn get_json_as(
        &self,
        url: &Url,
        accept: &'static str,
    ) -> Result<serde_json::Value, HttpError> {
        let to = RedactedUrl::of(url);
        let request = http::Request::get(url.as_str())
            .header(ACCEPT, HeaderValue::from_static(accept))
            .body(Vec::new())
            .map_err(|_| HttpError::InsecureUrl { to: to.clone() })?;
        let response = Box::pin(self.send_for_body(request)).await?;
        if !response.status().is_success() {
            let retry_after = retry_after(response.headers(), self.options.clock.as_ref());
            return Err(HttpError::Status {
                to,
                status: response.status(),
                retry_after,
            });
        }
        // The media type does not decide: providers send JSON as application/jwk-set+json, text/json, text/plain, with
        // parameters and without any.
        serde_json::from_slice(strip_bom(response.body())).map_err(|_| HttpError::NotJson {
            to,
            content_type: media_type(&response),
        })
    }

    async fn read(
        &self,
        to: &RedactedUrl,
        mut answer: reqwest::Response,
    ) -> Result<Bytes, HttpError> {
        let limit = self.options.max_response_bytes;
        let too_large = || HttpError::TooLarge {
            to: to.clone(),
            limit,
        };
        // An honest length saves the download; what arrives is counted all the same.
        if answer
            .content_length()
            .is_some_and(|length| length > limit as u64)
        {
            return Err(too_large());
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = answer
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

    fn failure(&self, to: &RedactedUrl, error: &reqwest::Error) -> HttpError {
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
    reqwest::Client::builder()
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
        // Should another crate of the build switch decompression on: a small answer must not become a large one.
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .connect_timeout(options.connect_timeout)
        .timeout(options.total_timeout)
        // Shorter than what servers keep: a connection that they close while we write on it leaves the outcome unknown.
        .pool_idle_timeout(Duration::from_secs(15))
        .pool_max_idle_per_host(8)
}

/// The innermost error says what happened ("connection refused"); the outer ones repeat the URL.
fn root_cause(error: &reqwest::Error) -> String {
    let mut deepest: &dyn Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    if deepest.is::<reqwest::Error>() {
        return "the request failed".to_owned();
    }
    deepest.to_string()
}

/// Returns the body without the byte order mark that some editors write
/// ([RFC 8259 §8.1](https://www.rfc-editor.org/rfc/rfc8259#section-8.1)).
pub fn strip_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// Returns the content coding of a response, unless it is `identity`
/// ([RFC 9110 §8.4](https://www.rfc-editor.org/rfc/rfc9110#section-8.4)).
pub fn content_coding(headers: &HeaderMap) -> Option<String> {
    let codings: Vec<String> = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .flat_map(|value| {
            value
                .split(',')
                .map(|coding| coding.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity"))
        .collect();
    let shown: String = codings
        .join(", ")
        .chars()
        .filter(|character| !character.is_control())
        .take(60)
        .collect();
    (!codings.is_empty()).then_some(shown)
}

fn media_type(response: &http::Response<Bytes>) -> String {
    response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map_or_else(
            || "something without a media type".to_owned(),
            |value| value.trim().chars().take(60).collect(),
        )
}
