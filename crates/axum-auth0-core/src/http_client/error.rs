//! Errors of the HTTP client.

use std::{fmt, time::Duration};

use http::StatusCode;
use url::Url;

/// Whether the server may have received a request. It decides whether a request, such as a token refresh, is retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The server has not received the request. A retry is safe.
    NotSent,
    /// The server may have received the request. The outcome is unknown.
    Unknown,
}

/// Scheme, host and path of a URL, without the query string.
#[derive(Clone, PartialEq, Eq)]
pub struct RedactedUrl(String);

impl RedactedUrl {
    /// Maximum length of the path, in characters.
    const MAX_PATH_CHARS: usize = 120;

    /// A placeholder for text that is not a URL. The text may hold a secret and is not shown.
    pub(super) fn unparsable() -> Self {
        Self("a malformed URL".to_owned())
    }

    pub(super) fn of(url: &Url) -> Self {
        let path = url.path();
        let shown: String = path.chars().take(Self::MAX_PATH_CHARS).collect();
        let cut = if shown.len() < path.len() { "…" } else { "" };
        Self(format!(
            "{}{shown}{cut}",
            url.origin().ascii_serialization()
        ))
    }
}

impl fmt::Display for RedactedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RedactedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The reason why a request has no usable response. No variant holds a body, a request header or a query string.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The client cannot be set up.
    #[error("the HTTP client could not be set up: {cause}")]
    Setup {
        /// The error of the client library.
        cause: String,
    },
    /// The URL is malformed, or [`is_secure`](super::is_secure) rejects it. Nothing was sent.
    #[error("no request to {to}: only https URLs are allowed, and http ones on loopback")]
    InsecureUrl {
        /// The URL.
        to: RedactedUrl,
    },
    /// The connection failed: host name not found, connection refused, or TLS error.
    #[error("no connection to {to}: {cause}")]
    Connect {
        /// The URL.
        to: RedactedUrl,
        /// The error of the operating system.
        cause: String,
    },
    /// The response is not complete before the timeout.
    #[error("{to} did not answer within {limit:?}")]
    Timeout {
        /// The URL.
        to: RedactedUrl,
        /// The timeout.
        limit: Duration,
        /// Whether the server may have received the request.
        sent: Delivery,
    },
    /// The response exceeds the limit.
    #[error("the response of {to} is larger than {limit} bytes")]
    TooLarge {
        /// The URL.
        to: RedactedUrl,
        /// The limit, in bytes.
        limit: usize,
    },
    /// The connection was lost after the request was sent. The outcome is unknown.
    #[error("the connection to {to} was lost before the response was complete: {cause}")]
    Interrupted {
        /// The URL.
        to: RedactedUrl,
        /// The error of the operating system.
        cause: String,
    },
    /// The status is not a success. Returned by [`HttpClient::get_json`](super::HttpClient::get_json) only.
    #[error("{to} answered with status {status}")]
    Status {
        /// The URL.
        to: RedactedUrl,
        /// The status.
        status: StatusCode,
        /// The value of `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// The response has a content coding although the request has `Accept-Encoding: identity`.
    #[error(
        "{to} answered with the content coding {encoding}, which was not asked for (Accept-Encoding: identity) and is not \
         decoded; switch compression off for this address at the provider or at the proxy before it"
    )]
    Encoded {
        /// The URL.
        to: RedactedUrl,
        /// The content coding, truncated.
        encoding: String,
    },
    /// The response is not JSON.
    #[error("{to} answered with {content_type} that is not JSON")]
    NotJson {
        /// The URL.
        to: RedactedUrl,
        /// The media type, or a phrase if there is none.
        content_type: String,
    },
}

impl HttpError {
    /// Returns whether the server may have received the request.
    pub fn sent(&self) -> Delivery {
        match self {
            Self::Setup { .. } | Self::InsecureUrl { .. } | Self::Connect { .. } => {
                Delivery::NotSent
            }
            Self::Timeout { sent, .. } => *sent,
            Self::TooLarge { .. }
            | Self::Interrupted { .. }
            | Self::Status { .. }
            | Self::Encoded { .. }
            | Self::NotJson { .. } => Delivery::Unknown,
        }
    }

    /// Returns the value of `Retry-After`.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}
