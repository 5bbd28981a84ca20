//! Signs the proofs of requests.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method};
use url::Url;

use super::{DpopKey, nonces::Nonces};
use crate::{
    clock::SharedClock,
    config::Config,
    core_dpop::ProofClaims,
    jwt::{KeyGenerationError, SignatureError},
    random::{self, SharedRandom},
};

/// Signs proofs, and remembers the nonces of servers. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct DpopSigner(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: SharedClock,
    random: SharedRandom,
    is_on: bool,
    /// In seconds.
    clock_skew: i64,
    /// The provider's origin as this server reaches it, and as browsers do.
    internal: Option<(Url, Url)>,
    nonces: Nonces,
}

/// The request that a proof is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProofTarget<'a> {
    pub(crate) method: &'a Method,
    pub(crate) url: &'a Url,
    /// The access token of the request.
    pub(crate) access_token: Option<&'a str>,
}

impl DpopSigner {
    pub(crate) fn new(config: &Config, clock: SharedClock, random: SharedRandom) -> Self {
        let internal = config.provider_internal_url();
        Self(Arc::new(Inner {
            clock,
            random,
            is_on: config.dpop(),
            clock_skew: config.dpop_clock_skew(),
            internal: internal.map(|url| (url.clone(), config.issuer().url().clone())),
            nonces: Nonces::default(),
        }))
    }

    /// Returns a new key, if access tokens are bound.
    pub(crate) fn new_key(&self) -> Result<Option<DpopKey>, KeyGenerationError> {
        self.0.is_on.then(DpopKey::generate).transpose()
    }

    /// Returns the header of a proof, with `nonce` or else the last one of the server. Each proof has a `jti` of its own.
    pub(crate) fn proof(
        &self,
        key: &DpopKey,
        target: ProofTarget<'_>,
        nonce: Option<&str>,
    ) -> Result<HeaderValue, SignatureError> {
        let remembered;
        let nonce = if nonce.is_some() {
            nonce
        } else {
            remembered = self.0.nonces.of(target.url);
            remembered.as_deref()
        };
        let claims = ProofClaims {
            id: &random::base64url::<16>(self.0.random.as_ref()),
            method: target.method,
            url: &self.public_url(target.url),
            issued_at: self
                .0
                .clock
                .unix_seconds()
                .saturating_add(self.0.clock_skew),
            access_token: target.access_token,
            nonce,
        };
        let proof = claims.sign(&key.signing_key()?)?;
        HeaderValue::from_str(&proof).map_err(|_| SignatureError)
    }

    /// Remembers the nonce of a response of `url`, and returns it.
    pub(crate) fn remember_nonce(&self, url: &Url, headers: &HeaderMap) -> Option<String> {
        self.0.nonces.remember(url, headers)
    }

    /// Returns the URL by which the provider knows itself, if `url` is at its internal origin.
    fn public_url(&self, url: &Url) -> Url {
        match &self.0.internal {
            Some((internal, issuer)) if internal.origin() == url.origin() => {
                let mut public = issuer.clone();
                public.set_path(url.path());
                public
            }
            _ => url.clone(),
        }
    }
}
