//! HTTP clients, retry budgets, clock and randomness, shared by all API calls.

mod retry_budget;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use http::HeaderMap;

pub(crate) use self::retry_budget::RetryBudget;
use crate::{
    clock::SharedClock,
    http_client::{HttpClient, HttpClientOptions, HttpError, TlsCertificates},
    oauth::{MtlsCertificate, MtlsClient},
    random::SharedRandom,
    trace_context::{TRACEPARENT, TraceContext},
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Upper bound of the timeout of one attempt.
pub(crate) const MAX_TIMEOUT: Duration = Duration::from_mins(2);

/// Default size limit of a response, in bytes.
pub(crate) const DEFAULT_RESPONSE_BYTES: usize = 1024 * 1024;

/// Upper bound of the size limit of a response, in bytes.
pub(crate) const MAX_RESPONSE_BYTES: usize = 16 * 1024 * 1024;

/// Writes the current span to the headers of a call.
#[derive(Clone)]
pub(crate) struct TracePropagator(pub(crate) Arc<dyn Fn(&mut HeaderMap) + Send + Sync>);

/// The HTTP client of the APIs. It presents a certificate if access tokens are bound to one (RFC 8705 §3).
enum ApiClient {
    Plain(HttpClient),
    Mtls(MtlsClient),
}

impl ApiClient {
    async fn current(&self) -> Result<HttpClient, HttpError> {
        match self {
            Self::Plain(client) => Ok(client.clone()),
            Self::Mtls(client) => client.current().await.map(|(_, client)| client),
        }
    }
}

/// The HTTP clients and retry budgets of all APIs.
pub(crate) struct ApiTransport {
    default_client: OnceLock<ApiClient>,
    /// Client for calls with a larger limit. It has its own connections.
    large_client: OnceLock<ApiClient>,
    /// Client of the proxies, whose responses have no limit of size and of total time.
    streaming_client: OnceLock<ApiClient>,
    /// The certificate that access tokens are bound to.
    certificate: Option<MtlsCertificate>,
    retry_budgets: BTreeMap<&'static str, RetryBudget>,
    clock: SharedClock,
    random: SharedRandom,
    propagator: Option<TracePropagator>,
}

impl ApiTransport {
    /// Creates the shared parts. `names` are the prefixes of the configured APIs.
    pub(crate) fn new(
        names: impl IntoIterator<Item = &'static str>,
        (clock, random): (SharedClock, SharedRandom),
        propagator: Option<TracePropagator>,
        certificate: Option<MtlsCertificate>,
    ) -> Self {
        Self {
            default_client: OnceLock::new(),
            large_client: OnceLock::new(),
            streaming_client: OnceLock::new(),
            certificate,
            retry_budgets: names
                .into_iter()
                .map(|name| (name, RetryBudget::default()))
                .collect(),
            clock,
            random,
            propagator,
        }
    }

    /// Returns a client whose size limit is at least `bytes`.
    pub(crate) async fn http_client(&self, bytes: usize) -> Result<HttpClient, HttpError> {
        let (client, max_response_bytes) = if bytes <= DEFAULT_RESPONSE_BYTES {
            (&self.default_client, DEFAULT_RESPONSE_BYTES)
        } else {
            (&self.large_client, MAX_RESPONSE_BYTES)
        };
        if let Some(client) = client.get() {
            return client.current().await;
        }
        let http_client = HttpClient::new(self.options(max_response_bytes))?;
        client
            .get_or_init(|| self.client(http_client))
            .current()
            .await
    }

    /// Returns the client for requests and responses that are streamed.
    pub(crate) async fn streaming_client(&self) -> Result<HttpClient, HttpError> {
        if let Some(client) = self.streaming_client.get() {
            return client.current().await;
        }
        let http_client = HttpClient::for_streaming(self.options(MAX_RESPONSE_BYTES))?;
        let client = &self.streaming_client;
        client
            .get_or_init(|| self.client(http_client))
            .current()
            .await
    }

    fn options(&self, max_response_bytes: usize) -> HttpClientOptions {
        HttpClientOptions {
            connect_timeout: CONNECT_TIMEOUT,
            // Each call sets its own, shorter timeout.
            total_timeout: MAX_TIMEOUT,
            max_response_bytes,
            plain_http_to: None,
            clock: self.clock.clone(),
            observer: None,
            tls: TlsCertificates::default(),
        }
    }

    fn client(&self, http_client: HttpClient) -> ApiClient {
        match &self.certificate {
            Some(certificate) => ApiClient::Mtls(MtlsClient::new(certificate.clone(), http_client)),
            None => ApiClient::Plain(http_client),
        }
    }

    /// Writes the trace to the headers of a call: the current span, if the application records spans, or else `trace`.
    pub(crate) fn write_trace(&self, trace: &TraceContext, headers: &mut HeaderMap) {
        headers.remove(TRACEPARENT);
        if let Some(propagator) = &self.propagator {
            (propagator.0)(headers);
        }
        if !headers.contains_key(TRACEPARENT) {
            trace.write(headers, self.random.as_ref());
        }
    }

    pub(crate) fn retry_budget(&self, api: &str) -> Option<&RetryBudget> {
        self.retry_budgets.get(api)
    }

    pub(crate) fn clock(&self) -> &SharedClock {
        &self.clock
    }

    pub(crate) fn random(&self) -> &SharedRandom {
        &self.random
    }
}

impl fmt::Debug for ApiTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiTransport")
    }
}
