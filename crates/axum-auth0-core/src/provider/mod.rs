//! The `OpenID` Provider: its metadata and its keys, fetched on demand and cached.
//!
//! A failed fetch is retried after a few seconds. During an outage the last documents are used, up to their maximum
//! age. A token with an unknown key causes a fetch of the keys, at most once in ten seconds.

mod cached_document;
mod ed25519;
mod error;
mod internal_origin;
mod issuer;
mod key;
mod key_set;
mod metadata;
mod ring_backend;
mod rsa;
mod skipped_key;
mod verify_error;

use std::sync::Arc;

pub use error::ProviderError;
pub use issuer::{Issuer, IssuerError};
pub(crate) use key::verify_with_own_key;
pub use metadata::{Metadata, MtlsEndpointAliases};
use url::Url;
pub use verify_error::VerifyError;

use self::{
    cached_document::{CacheEntry, CachedDocument, RefreshPolicy},
    internal_origin::InternalOrigin,
    key_set::{KeyMatch, KeySet},
    skipped_key::SkippedKeys,
};
use crate::{
    clock::SharedClock,
    http_client::{HttpClient, ProviderEndpoint},
    jwt::{Algorithm, CompactJwt, VerifiedJwt},
};

const METADATA_POLICY: RefreshPolicy = RefreshPolicy {
    ttl: 3600,
    max_stale: None,
    failure_backoff: 5,
    min_refresh_interval: 10,
};

/// A revoked key is rejected after `ttl`. If the provider does not respond, all keys are rejected after `max_stale`.
const KEYS_POLICY: RefreshPolicy = RefreshPolicy {
    ttl: 600,
    max_stale: Some(24 * 3600),
    failure_backoff: 5,
    min_refresh_interval: 10,
};

/// The media types of a JWK Set: the registered one
/// ([RFC 7517 §8.5](https://www.rfc-editor.org/rfc/rfc7517#section-8.5)) and the one that most providers use.
const JWK_SET_TYPES: &str = "application/jwk-set+json, application/json";

/// An `OpenID` Provider. Cheap to clone; clones share the cached documents.
#[derive(Clone, Debug)]
pub struct Provider(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    issuer: Issuer,
    internal: InternalOrigin,
    http_client: HttpClient,
    clock: SharedClock,
    metadata: Arc<CachedDocument<Metadata>>,
    keys: Arc<CachedDocument<KeySet>>,
    skipped_keys: SkippedKeys,
}

impl Provider {
    /// Creates a provider. It fetches nothing yet.
    pub fn new(issuer: Issuer, http_client: HttpClient, clock: SharedClock) -> Self {
        Self::with_internal_origin(None, issuer, http_client, clock)
    }

    /// Creates a provider that this program reaches at another origin than browsers do, for example in a container
    /// network. Requests of this program (metadata, keys, tokens, userinfo, revocation) go to the origin of `internal`,
    /// with that origin's `Host`. Endpoints for browsers are not changed. The issuer is compared with the public one.
    ///
    /// `http_client` must allow the origin if it is plain http on another host: see
    /// [`HttpClientOptions::plain_http_to`](crate::http_client::HttpClientOptions::plain_http_to).
    pub fn with_internal_origin(
        internal: Option<&Url>,
        issuer: Issuer,
        http_client: HttpClient,
        clock: SharedClock,
    ) -> Self {
        Self::from_parts(InternalOrigin::new(internal), issuer, http_client, clock)
    }

    /// Returns a provider with the same settings, another clock and no cached documents.
    #[must_use]
    pub fn with_clock(&self, clock: SharedClock) -> Self {
        let Inner {
            issuer,
            internal,
            http_client,
            ..
        } = self.0.as_ref();
        Self::from_parts(internal.clone(), issuer.clone(), http_client.clone(), clock)
    }

    fn from_parts(
        internal: InternalOrigin,
        issuer: Issuer,
        http_client: HttpClient,
        clock: SharedClock,
    ) -> Self {
        Self(Arc::new(Inner {
            internal,
            issuer,
            http_client,
            metadata: CachedDocument::new(Arc::clone(&clock), METADATA_POLICY),
            keys: CachedDocument::new(Arc::clone(&clock), KEYS_POLICY),
            clock,
            skipped_keys: SkippedKeys::default(),
        }))
    }

    /// Returns the issuer.
    pub fn issuer(&self) -> &Issuer {
        &self.0.issuer
    }

    /// Returns the HTTP client that fetches the documents.
    pub fn http_client(&self) -> &HttpClient {
        &self.0.http_client
    }

    /// Returns the clock that measures the age of the documents.
    pub fn clock(&self) -> &SharedClock {
        &self.0.clock
    }

    /// Returns the metadata. It is cached for an hour. During an outage the last metadata is returned.
    ///
    /// # Errors
    /// [`ProviderError`] if no fetch has succeeded yet. The next fetch starts a few seconds later at the earliest.
    pub async fn metadata(&self) -> Result<Arc<Metadata>, ProviderError> {
        let entry = self.0.metadata().await?;
        Ok(entry.document)
    }

    /// Returns the cached metadata without a fetch, regardless of its age.
    pub fn cached_metadata(&self) -> Option<Arc<Metadata>> {
        self.0.metadata.current().map(|entry| entry.document)
    }

    /// Verifies that a token is a valid JWT and that this provider signed it with one of `algorithms`. The caller
    /// checks issuer, audience and expiry.
    ///
    /// # Errors
    /// [`VerifyError::Unavailable`] if the keys are unavailable: the token may be valid or not. The other variants if
    /// the token is rejected.
    pub async fn verify(
        &self,
        token: &str,
        algorithms: &[Algorithm],
    ) -> Result<VerifiedJwt, VerifyError> {
        self.verify_parsed(CompactJwt::parse(token)?, algorithms)
            .await
    }

    /// Verifies a parsed token as [`Provider::verify`] does.
    ///
    /// # Errors
    /// See [`Provider::verify`].
    pub async fn verify_parsed(
        &self,
        token: CompactJwt<'_>,
        algorithms: &[Algorithm],
    ) -> Result<VerifiedJwt, VerifyError> {
        let header = token.header(algorithms)?;
        let check = |keys: &KeySet| keys.verify(&token, header.key_id.as_deref(), header.algorithm);

        let keys = self.0.keys().await?;
        let mut outcome = check(&keys.document);
        // The provider may have new keys. A new key with an old id causes a wrong signature.
        if outcome != KeyMatch::Verified
            && let Some(newer) = self.0.refresh_keys_if_same(&keys).await
        {
            outcome = check(&newer.document);
        }
        match outcome {
            KeyMatch::Verified => Ok(VerifiedJwt::new(header, token.into_claims())),
            KeyMatch::BadSignature => Err(VerifyError::BadSignature),
            KeyMatch::NotFound => Err(VerifyError::UnknownKey),
            KeyMatch::Ambiguous => Err(VerifyError::AmbiguousKey),
        }
    }

    /// Returns whether metadata and keys were fetched at least once. They may be stale by now.
    pub fn is_discovered(&self) -> bool {
        self.0.metadata.current().is_some() && self.0.keys.current().is_some()
    }

    /// Returns why the last fetch of the metadata or the keys failed; `None` if both succeeded. Nothing is fetched.
    pub fn outage(&self) -> Option<ProviderError> {
        self.0
            .metadata
            .last_error()
            .or_else(|| self.0.keys.last_error())
    }

    /// Fetches metadata and keys unless they are cached.
    ///
    /// # Errors
    /// [`ProviderError`] if one of them is unavailable.
    pub async fn ready(&self) -> Result<(), ProviderError> {
        self.metadata().await?;
        self.0.keys().await?;
        Ok(())
    }
}

impl Inner {
    async fn metadata(self: &Arc<Self>) -> Result<CacheEntry<Metadata>, ProviderError> {
        let this = Arc::clone(self);
        self.metadata
            .get(async move { this.fetch_metadata().await })
            .await
    }

    async fn keys(self: &Arc<Self>) -> Result<CacheEntry<KeySet>, ProviderError> {
        let this = Arc::clone(self);
        self.keys.get(async move { this.fetch_keys().await }).await
    }

    async fn refresh_keys_if_same(
        self: &Arc<Self>,
        known: &CacheEntry<KeySet>,
    ) -> Option<CacheEntry<KeySet>> {
        let this = Arc::clone(self);
        self.keys
            .refresh_if_same(known, async move { this.fetch_keys().await })
            .await
    }

    async fn fetch_metadata(&self) -> Result<Metadata, ProviderError> {
        let document = self
            .http_client
            .get_json_as(
                &self.internal.of(self.issuer.discovery_url(), &self.issuer),
                "application/json",
                Some(ProviderEndpoint::Discovery),
            )
            .await
            .map_err(ProviderError::Discovery)?;
        Metadata::from_json(document, &self.issuer, &self.internal)
    }

    async fn fetch_keys(self: &Arc<Self>) -> Result<KeySet, ProviderError> {
        let metadata = self.metadata().await?;
        let document = self
            .http_client
            .get_json_as(
                &metadata.document.jwks_uri,
                JWK_SET_TYPES,
                Some(ProviderEndpoint::Keys),
            )
            .await
            .map_err(ProviderError::Keys)?;
        KeySet::from_json(&document, &self.skipped_keys)
    }
}
