//! Sends requests. Those to endpoints of the provider have a span and are measured.

use bytes::Bytes;
use tokio::time::Instant;
use tracing::{Instrument as _, field};

use super::{
    client::HttpClient,
    error::HttpError,
    observer::{ProviderEndpoint, RequestResult},
};

impl HttpClient {
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
}
