//! What can go wrong between us and a provider.

use std::{fmt, time::Duration};

use http::StatusCode;
use url::Url;

/// Whether the other side may have seen the request. It matters for what must not happen twice, such as using a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It certainly did not: asking again is safe.
    NotSent,
    /// It may have: the outcome is unknown.
    Unknown,
}

/// Whom an error is about: scheme, host and path, without the query string.
#[derive(Clone, PartialEq, Eq)]
pub struct RedactedUrl(String);

impl RedactedUrl {
    /// Paths are cut here, in characters: an error is one line.
    const MAX_PATH: usize = 120;

    /// For what is not a URL: it may still hold a secret, so none of it is shown.
    pub(super) fn unparsable() -> Self {
        Self("what is not a URL".to_owned())
    }

    pub(super) fn of(url: &Url) -> Self {
        let path = url.path();
        let shown: String = path.chars().take(Self::MAX_PATH).collect();
        let cut = if shown.len() < path.len() { "…" } else { "" };
        Self(format!(
            "{}{shown}{cut}",
            url.origin().ascii_serialization()
        ))
    }
}

impl fmt::Display for RedactedUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for RedactedUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Why an outbound request has no usable answer. No variant holds a body, a header of ours or a query string.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The client itself could not be set up.
    #[error("the HTTP client could not be set up: {cause}")]
    Setup {
        /// What the client library said.
        cause: String,
    },
    /// The request was refused before anything was sent: not a URL, or one that [`is_secure`](super::is_secure) refuses.
    #[error("{to} was not asked: only https URLs are, and http ones on this machine itself")]
    InsecureUrl {
        /// Whom we would have asked.
        to: RedactedUrl,
    },
    /// No connection: name not found, refused, TLS failed.
    #[error("no connection to {to}: {cause}")]
    Connect {
        /// Whom we asked.
        to: RedactedUrl,
        /// What the system said.
        cause: String,
    },
    /// No whole answer within the limit.
    #[error("{to} did not answer within {limit:?}")]
    Timeout {
        /// Whom we asked.
        to: RedactedUrl,
        /// The limit that was reached.
        limit: Duration,
        /// Whether the request may have arrived.
        sent: Delivery,
    },
    /// The answer is larger than we read.
    #[error("the answer of {to} is larger than {limit} bytes")]
    TooLarge {
        /// Whom we asked.
        to: RedactedUrl,
        /// The limit, in bytes.
        limit: usize,
    },
    /// The connection was lost after the request was sent: whether it took effect is unknown.
    #[error("the connection to {to} was lost before the answer was complete: {cause}")]
    Interrupted {
        /// Whom we asked.
        to: RedactedUrl,
        /// What the system said.
        cause: String,
    },
    /// An answer with another status than success. Only [`HttpClient::get_json`](super::HttpClient::get_json) makes this an error.
    #[error("{to} answered with status {status}")]
    Status {
        /// Whom we asked.
        to: RedactedUrl,
        /// The status.
        status: StatusCode,
        /// How long it asks us to wait.
        retry_after: Option<Duration>,
    },
    /// The answer is compressed although the request asked for `Accept-Encoding: identity`.
    #[error(
        "{to} answered with the content coding {encoding}, which was not asked for (Accept-Encoding: identity) and is not \
         decoded; switch compression off for this address at the provider or at the proxy before it"
    )]
    Encoded {
        /// Whom we asked.
        to: RedactedUrl,
        /// The content coding, cut if it is long.
        encoding: String,
    },
    /// The answer is not JSON.
    #[error("{to} answered with {content_type} that is not JSON")]
    NotJson {
        /// Whom we asked.
        to: RedactedUrl,
        /// The media type it claims, or a phrase that there is none.
        content_type: String,
    },
}

impl HttpError {
    /// Whether the other side may have acted on the request.
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

    /// How long the other side asks us to wait before the next attempt.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}
