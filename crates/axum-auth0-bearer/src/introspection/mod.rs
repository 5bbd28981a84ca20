//! Introspection of opaque access tokens ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)).

mod cache;
mod introspector;
mod response;

use std::{fmt, time::Duration};

use axum_auth0_core::http_client::is_secure;
use url::Url;

pub(super) use self::{introspector::Introspector, response::IntrospectionResponse};
use super::verifier_error::VerifierError;

/// Default of [`Introspection::cache_ttl`].
const DEFAULT_TTL: Duration = Duration::from_secs(30);

/// Maximum of [`Introspection::cache_ttl`].
const MAX_TTL: Duration = Duration::from_mins(5);

/// Default of [`Introspection::cache_entries`].
const DEFAULT_ENTRIES: usize = 10_000;

/// Introspection of opaque access tokens: the provider is asked whether a token is active, and what it grants.
///
/// Only tokens that are not JWTs are introspected, at the provider of [`Verifier::new`](super::Verifier::new). Responses
/// are cached in bounded memory, and concurrent requests with the same token cause one introspection. If the provider
/// does not respond, requests get 503.
///
/// A response must be active, name the audience and the client, and have an expiry; `iss`, `nbf` and `iat` are checked if
/// present.
///
/// ```
/// use axum_auth0_bearer::{Introspection, Verifier, VerifierError};
///
/// fn verifier(secret: &str) -> Result<Verifier, VerifierError> {
///     let introspection = Introspection::new("products-api", secret);
///     let verifier = Verifier::new("https://id.example.com", "https://api.example.com")?;
///     Ok(verifier.introspection(introspection))
/// }
/// # assert!(verifier("secret").is_ok());
/// ```
#[derive(Clone)]
pub struct Introspection {
    client_id: String,
    client_secret: String,
    endpoint: Option<Url>,
    ttl: Duration,
    entries: usize,
}

impl Introspection {
    /// Creates the settings for an API that authenticates at the provider with `client_secret_basic`.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            endpoint: None,
            ttl: DEFAULT_TTL,
            entries: DEFAULT_ENTRIES,
        }
    }

    /// Sets the endpoint, for a provider whose metadata has no `introspection_endpoint`.
    ///
    /// # Errors
    /// [`VerifierError::IntrospectionUrl`] if it is not an `https` URL, or an `http` one on loopback.
    pub fn endpoint(mut self, url: &str) -> Result<Self, VerifierError> {
        let url = Url::parse(url).ok().filter(is_secure);
        self.endpoint = Some(url.ok_or(VerifierError::IntrospectionUrl)?);
        Ok(self)
    }

    /// Sets how long a response is used: 30 seconds by default, at most 5 minutes, and never beyond the expiry of the
    /// token. A token that was revoked is accepted for this long. That a token is not active is remembered for at most
    /// 10 seconds.
    #[must_use]
    pub fn cache_ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl.min(MAX_TTL);
        self
    }

    /// Sets the maximum number of cached responses: 10 000 by default, at least 1.
    #[must_use]
    pub fn cache_entries(mut self, entries: usize) -> Self {
        self.entries = entries.max(1);
        self
    }
}

/// Omits the secret.
impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
