//! The `OpenID` Provider: its metadata and its keys, fetched when they are needed and kept.
//!
//! A provider that is down when the program starts is asked again later, a few seconds apart; one that goes down later is not missed
//! while the last good answer is young enough. A token with an unknown key makes us look for new keys, but only once in ten seconds.

mod ed25519;
mod error;
mod internal_origin;
mod issuer;
mod key;
mod keys;
mod metadata;
mod refreshed;
mod ring_backend;
mod rsa;
mod skipped_key;

use std::sync::Arc;

pub use error::ProviderError;
pub use issuer::{Issuer, IssuerError};
pub use metadata::Metadata;
use url::Url;

use self::{
    internal_origin::InternalOrigin,
    keys::{Check, KeySet},
    refreshed::{Cached, RefreshPolicy, Refreshed},
    skipped_key::SkippedKeys,
};
use crate::{
    clock::SharedClock,
    http_client::HttpClient,
    jwt::{Algorithm, Compact, JwtError, VerifiedJwt},
};

const METADATA_RHYTHM: RefreshPolicy = RefreshPolicy {
    fresh_for: 3600,
    usable_for: None,
    pause_after_failure: 5,
    pause_between_demands: 10,
};

/// A key that the provider takes back is refused after `fresh_for`; after `usable_for` without an answer, every key is.
const KEYS_RHYTHM: RefreshPolicy = RefreshPolicy {
    fresh_for: 600,
    usable_for: Some(24 * 3600),
    pause_after_failure: 5,
    pause_between_demands: 10,
};

/// The media types of a JWK Set: the registered one ([RFC 7517 §8.5](https://www.rfc-editor.org/rfc/rfc7517#section-8.5)) and the one that
/// most providers use.
const JWK_SET_TYPES: &str = "application/jwk-set+json, application/json";

/// An `OpenID` Provider. Cheap to clone; clones share what they know.
#[derive(Clone, Debug)]
pub struct Provider(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    issuer: Issuer,
    internal: InternalOrigin,
    http_client: HttpClient,
    clock: SharedClock,
    metadata: Arc<Refreshed<Metadata>>,
    keys: Arc<Refreshed<KeySet>>,
    skipped_keys: SkippedKeys,
}

impl Provider {
    /// A provider of which nothing is known but its issuer. Nothing is fetched yet.
    pub fn new(issuer: Issuer, http_client: HttpClient, clock: SharedClock) -> Self {
        Self::reached_at(None, issuer, http_client, clock)
    }

    /// As [`Self::new`], for a provider that this program reaches at another origin than the browsers do, as in a network of
    /// containers. What the program asks itself (metadata, keys, tokens, userinfo, revocation) is asked at the origin of
    /// `internal`, with that origin's `Host`; what a browser is sent to stays as the metadata names it. The issuer is
    /// compared as ever, so the provider must know its public name.
    ///
    /// `http_client` must allow the origin where it is plain http on another machine: see
    /// [`HttpClientOptions::plain_http_to`](crate::http_client::HttpClientOptions::plain_http_to).
    pub fn reached_at(
        internal: Option<&Url>,
        issuer: Issuer,
        http_client: HttpClient,
        clock: SharedClock,
    ) -> Self {
        Self(Arc::new(Inner {
            internal: InternalOrigin::new(internal),
            issuer,
            http_client,
            metadata: Refreshed::new(Arc::clone(&clock), METADATA_RHYTHM),
            keys: Refreshed::new(Arc::clone(&clock), KEYS_RHYTHM),
            clock,
            skipped_keys: SkippedKeys::default(),
        }))
    }

    /// Who it is.
    pub fn issuer(&self) -> &Issuer {
        &self.0.issuer
    }

    /// The clock that its answers are aged by.
    pub fn clock(&self) -> &SharedClock {
        &self.0.clock
    }

    /// What it says about itself. Kept for an hour; the last good answer serves for as long as no newer one can be had.
    ///
    /// # Errors
    /// [`ProviderError`] if there was never a good answer. The provider is then left alone for a few seconds.
    pub async fn metadata(&self) -> Result<Arc<Metadata>, ProviderError> {
        let kept = self.0.metadata().await?;
        Ok(kept.document)
    }

    /// What is known of it now, without asking.
    pub fn known_metadata(&self) -> Option<Arc<Metadata>> {
        self.0.metadata.known().map(|kept| kept.document)
    }

    /// Verifies that a token's structure is sound and that this provider signed it with one of `algorithms`. Issuer, audience and
    /// expiry are the caller's to check.
    ///
    /// # Errors
    /// [`JwtError::Unavailable`] if the keys cannot be had, which says nothing about the token; the other variants if it is not acceptable.
    pub async fn verify(
        &self,
        token: &str,
        algorithms: &[Algorithm],
    ) -> Result<VerifiedJwt, JwtError> {
        self.verify_compact(Compact::parse(token)?, algorithms)
            .await
    }

    /// As [`Provider::verify`], for a token that is parsed already.
    ///
    /// # Errors
    /// See [`Provider::verify`].
    pub async fn verify_compact(
        &self,
        token: Compact<'_>,
        algorithms: &[Algorithm],
    ) -> Result<VerifiedJwt, JwtError> {
        let header = token.header(algorithms)?;
        let check = |keys: &KeySet| keys.check(&token, header.key_id.as_deref(), header.algorithm);

        let keys = self.0.keys().await?;
        let mut outcome = check(&keys.document);
        // The provider may have new keys; also under an old id, which shows as a wrong signature.
        if outcome != Check::Verified
            && let Some(newer) = self.0.refresh_keys_if_same(&keys).await
        {
            outcome = check(&newer.document);
        }
        match outcome {
            Check::Verified => Ok(VerifiedJwt::new(header, token.into_claims())),
            Check::WrongSignature => Err(JwtError::BadSignature),
            Check::NoSuchKey => Err(JwtError::UnknownKey),
            Check::SeveralKeys => Err(JwtError::AmbiguousKey),
        }
    }

    /// Whether metadata and keys are at hand, fetching them where they are not.
    ///
    /// # Errors
    /// [`ProviderError`] says what is missing and why.
    pub async fn ready(&self) -> Result<(), ProviderError> {
        self.metadata().await?;
        self.0.keys().await?;
        Ok(())
    }
}

impl Inner {
    async fn metadata(self: &Arc<Self>) -> Result<Cached<Metadata>, ProviderError> {
        let this = Arc::clone(self);
        self.metadata
            .get(async move { this.fetch_metadata().await })
            .await
    }

    async fn keys(self: &Arc<Self>) -> Result<Cached<KeySet>, ProviderError> {
        let this = Arc::clone(self);
        self.keys.get(async move { this.fetch_keys().await }).await
    }

    async fn refresh_keys_if_same(
        self: &Arc<Self>,
        known: &Cached<KeySet>,
    ) -> Option<Cached<KeySet>> {
        let this = Arc::clone(self);
        self.keys
            .refresh_if_same(known, async move { this.fetch_keys().await })
            .await
    }

    async fn fetch_metadata(&self) -> Result<Metadata, ProviderError> {
        let document = self
            .http_client
            .get_json(&self.internal.of(self.issuer.discovery_url(), &self.issuer))
            .await
            .map_err(ProviderError::Discovery)?;
        Metadata::from_json(document, &self.issuer, &self.internal)
    }

    async fn fetch_keys(self: &Arc<Self>) -> Result<KeySet, ProviderError> {
        let metadata = self.metadata().await?;
        let document = self
            .http_client
            .get_json_as(&metadata.document.jwks_uri, JWK_SET_TYPES)
            .await
            .map_err(ProviderError::Keys)?;
        KeySet::from_json(&document, &self.skipped_keys)
    }
}
