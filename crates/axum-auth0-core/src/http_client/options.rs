//! The limits of the HTTP client.

use std::time::Duration;

use url::Url;

use super::{certificate::TlsCertificates, observer::SharedRequestObserver, url_policy::is_secure};
use crate::clock::{SharedClock, SystemClock};

/// The limits of an [`HttpClient`](super::HttpClient).
#[derive(Clone, Debug)]
pub struct HttpClientOptions {
    /// Timeout for a connection, including TLS. 3 seconds by default.
    pub connect_timeout: Duration,
    /// Timeout for a request, up to the last byte of the response. 5 seconds by default.
    pub total_timeout: Duration,
    /// Maximum size of a response body, in bytes. 1 MiB by default.
    pub max_response_bytes: usize,
    /// An origin on another host to which plain http is allowed, for example in a container network. None by default.
    pub plain_http_to: Option<Url>,
    /// The clock for a `Retry-After` that is a date.
    pub clock: SharedClock,
    /// Observes the requests that carry a [`ProviderEndpoint`](super::ProviderEndpoint) as an extension. None by
    /// default.
    pub observer: Option<SharedRequestObserver>,
    /// The client certificate and further authorities. None by default.
    pub tls: TlsCertificates,
}

impl Default for HttpClientOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            total_timeout: Duration::from_secs(5),
            max_response_bytes: 1024 * 1024,
            plain_http_to: None,
            clock: SystemClock::shared(),
            observer: None,
            tls: TlsCertificates::default(),
        }
    }
}

impl HttpClientOptions {
    /// Returns whether requests to `url` are allowed.
    pub(super) fn allows(&self, url: &Url) -> bool {
        let is_excepted = self.plain_http_to.as_ref().is_some_and(|allowed| {
            allowed.origin() == url.origin()
                && url.username().is_empty()
                && url.password().is_none()
        });
        is_secure(url) || is_excepted
    }
}
