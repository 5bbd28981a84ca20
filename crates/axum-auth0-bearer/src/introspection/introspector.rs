//! The requests to the introspection endpoint.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use axum_auth0_core::{
    http_client::{ProviderEndpoint, retry_after},
    jwt::Claims,
    provider::Provider,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{
    HeaderValue, Request, Response, StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
};
use serde_json::{Map, Value};
use tokio::{sync::Semaphore, time::timeout};
use url::{Url, form_urlencoded};

use super::{
    Introspection,
    cache::{ResponseCache, TokenState},
};
use crate::{error_kind::BearerErrorKind, rejection::Rejection};

/// Timeout for an introspection, with the wait for others.
const TIMEOUT: Duration = Duration::from_secs(8);

/// Maximum number of concurrent requests to the provider.
const MAX_CONCURRENT: usize = 32;

/// Minimum time between a failure and the next request, in seconds. `Retry-After` extends it up to [`MAX_BACKOFF`].
const MIN_BACKOFF: u64 = 5;
const MAX_BACKOFF: u64 = 60;

/// Introspects tokens at one provider.
#[derive(Debug)]
pub(crate) struct Introspector {
    settings: Introspection,
    /// The value of `Authorization`; `None` if it is not a header value, which base64 always is.
    credentials: Option<HeaderValue>,
    cache: ResponseCache,
    permits: Semaphore,
    /// No request is sent before this time, in seconds since 1970-01-01T00:00:00Z.
    retry_at: AtomicI64,
}

/// The provider gave no usable answer.
struct Unavailable {
    retry_after: Option<Duration>,
    /// Whether the endpoint refuses this request, and not requests with other tokens.
    is_of_token: bool,
}

impl Unavailable {
    /// No request would be answered.
    fn after(retry_after: Option<Duration>) -> Self {
        Self {
            retry_after,
            is_of_token: false,
        }
    }
}

impl Introspector {
    pub(crate) fn new(settings: Introspection) -> Self {
        let ttl = i64::try_from(settings.ttl.as_secs()).unwrap_or_default();
        Self {
            credentials: basic_credentials(&settings.client_id, &settings.client_secret),
            cache: ResponseCache::new(settings.entries, ttl),
            permits: Semaphore::new(MAX_CONCURRENT),
            retry_at: AtomicI64::new(i64::MIN),
            settings,
        }
    }

    /// Returns the claims of an active token.
    pub(crate) async fn introspect(
        &self,
        provider: &Provider,
        token: &str,
    ) -> Result<Arc<Claims>, Rejection> {
        let fetch = self.fetch(provider, token);
        let state = timeout(TIMEOUT, self.cache.get(token, provider.clock(), fetch)).await;
        match state {
            Ok(Ok(TokenState::Active(claims))) => Ok(claims),
            Ok(Ok(TokenState::Inactive)) => Err(BearerErrorKind::NotActive.into()),
            Ok(Err(Unavailable { .. })) | Err(_) => {
                Err(BearerErrorKind::IntrospectionUnavailable.into())
            }
        }
    }

    /// Asks the provider, unless it has just failed.
    async fn fetch(&self, provider: &Provider, token: &str) -> Result<TokenState, Unavailable> {
        // The semaphore is never closed.
        let _permit = self.permits.acquire().await.ok();
        let clock = provider.clock();
        if clock.unix_seconds() < self.retry_at.load(Ordering::Relaxed) {
            return Err(Unavailable::after(None));
        }
        let state = self.request(provider, token).await;
        if let Err(Unavailable {
            retry_after,
            is_of_token: false,
        }) = &state
        {
            let asked = retry_after.map_or(0, |wait| wait.as_secs());
            let backoff = asked.clamp(MIN_BACKOFF, MAX_BACKOFF);
            let retry_at = clock
                .unix_seconds()
                .saturating_add(i64::try_from(backoff).unwrap_or_default());
            self.retry_at.store(retry_at, Ordering::Relaxed);
        }
        state
    }

    async fn request(&self, provider: &Provider, token: &str) -> Result<TokenState, Unavailable> {
        let endpoint = self.endpoint(provider).await?;
        let request = self.build_request(&endpoint, token)?;
        let sent = provider.http_client().send_for_body(request).await;
        let response = sent.map_err(|error| {
            tracing::warn!(%error, "failed to introspect an access token");
            Unavailable::after(None)
        })?;
        if response.status() != StatusCode::OK {
            let status = response.status();
            let fix = (status == StatusCode::UNAUTHORIZED)
                .then_some("check the client ID and the client secret of Introspection::new");
            let is_of_token = is_of_token(status);
            if is_of_token {
                tracing::warn!(%status, "the introspection endpoint refused an access token");
            } else {
                tracing::error!(%status, fix, "failed to introspect an access token");
            }
            return Err(Unavailable {
                retry_after: retry_after(response.headers(), provider.clock().as_ref()),
                is_of_token,
            });
        }
        parse(&response).ok_or_else(|| {
            tracing::error!("failed to introspect an access token: the response is malformed");
            Unavailable::after(None)
        })
    }

    async fn endpoint(&self, provider: &Provider) -> Result<Url, Unavailable> {
        if let Some(endpoint) = &self.settings.endpoint {
            return Ok(endpoint.clone());
        }
        let metadata = provider.metadata().await;
        let metadata = metadata.map_err(|error| Unavailable::after(error.retry_after()))?;
        metadata.introspection_endpoint.clone().ok_or_else(|| {
            tracing::error!(
                fix = "set the endpoint with Introspection::endpoint",
                "failed to introspect an access token: the provider's metadata has no introspection_endpoint"
            );
            Unavailable::after(None)
        })
    }

    /// Returns the request (RFC 7662 §2.1), authenticated with `client_secret_basic`.
    fn build_request(&self, endpoint: &Url, token: &str) -> Result<Request<Vec<u8>>, Unavailable> {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("token", token)
            .append_pair("token_type_hint", "access_token")
            .finish();
        let unavailable = || Unavailable::after(None);
        let credentials = self.credentials.clone().ok_or_else(unavailable)?;
        let mut request = Request::post(endpoint.as_str())
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(AUTHORIZATION, credentials)
            .body(body.into_bytes())
            .map_err(|_| unavailable())?;
        request
            .extensions_mut()
            .insert(ProviderEndpoint::Introspection);
        Ok(request)
    }
}

/// Returns whether a response may be due to the token, such as that of a firewall in front of the provider. Anyone can send
/// such a token, so it must not stop the introspection of others.
fn is_of_token(status: StatusCode) -> bool {
    status.is_client_error()
        && !matches!(
            status,
            StatusCode::UNAUTHORIZED
                | StatusCode::NOT_FOUND
                | StatusCode::METHOD_NOT_ALLOWED
                | StatusCode::REQUEST_TIMEOUT
                | StatusCode::GONE
                | StatusCode::TOO_MANY_REQUESTS
        )
}

/// Parses a response (RFC 7662 §2.2). Anything but a Boolean in `active` is malformed.
fn parse(response: &Response<impl AsRef<[u8]>>) -> Option<TokenState> {
    let members: Map<String, Value> = serde_json::from_slice(response.body().as_ref()).ok()?;
    match members.get("active") {
        Some(Value::Bool(true)) => Some(TokenState::Active(Arc::new(Claims::new(members)))),
        Some(Value::Bool(false)) => Some(TokenState::Inactive),
        _ => None,
    }
}

/// Returns the credentials as RFC 6749 §2.3.1 encodes them.
fn basic_credentials(client_id: &str, client_secret: &str) -> Option<HeaderValue> {
    let encoded =
        |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let pair = format!("{}:{}", encoded(client_id), encoded(client_secret));
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair))).ok()?;
    value.set_sensitive(true);
    Some(value)
}
