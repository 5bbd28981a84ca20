//! Verification of `DPoP` proofs ([RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)).

mod nonces;
mod proof;
mod replay;
mod target;

use std::{sync::Arc, time::Duration};

use axum_auth0_core::{http_client::is_secure, jwt::Algorithm};
use url::Url;

pub(super) use self::proof::ProofRequest;
use self::{nonces::Nonces, replay::ReplayCache};
use super::verifier_error::VerifierError;

/// Default age at which a proof is too old.
const DEFAULT_MAX_AGE: Duration = Duration::from_mins(1);

/// Maximum age of a proof.
const MAX_MAX_AGE: Duration = Duration::from_mins(5);

/// Default number of proofs that are remembered.
const DEFAULT_REPLAY_ENTRIES: usize = 200_000;

/// How an API verifies `DPoP` proofs ([RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)), for
/// [`Verifier::dpop`](super::Verifier::dpop).
///
/// With it, the API accepts access tokens that are bound to a key (`cnf.jkt`) if the request has a proof of this key.
/// Without it, they are refused. Bearer tokens are accepted as before, unless [`Self::required`] is set.
///
/// ```
/// use axum_auth0_bearer::{Dpop, Verifier, VerifierError};
///
/// fn verifier() -> Result<Verifier, VerifierError> {
///     let dpop = Dpop::new("https://api.example.com")?.required();
///     Ok(Verifier::new("tenant.eu.auth0.com", "https://api.example.com")?.dpop(dpop))
/// }
/// # assert!(verifier().is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Dpop {
    base: Url,
    algorithms: Vec<Algorithm>,
    /// In seconds.
    max_age: i64,
    is_required: bool,
    nonces: Option<Arc<Nonces>>,
    replays: Arc<ReplayCache>,
}

impl Dpop {
    /// Creates the settings of an API at `url`: its public origin, by which clients call it, also if a reverse proxy is in
    /// front of it. Proofs name the URL of their request (`htu`), which is this URL followed by the path of the request. If
    /// the proxy removes a prefix from the path, the URL has it: `https://www.example.com/api`.
    ///
    /// The origin is never taken from a request, whose `Host` the sender chooses.
    ///
    /// # Errors
    /// [`VerifierError::ResourceUrl`] if the URL is not an `https` URL (or one with `http` on loopback), or has a query, a
    /// fragment or user information.
    pub fn new(url: &str) -> Result<Self, VerifierError> {
        let base = Url::parse(url).map_err(|_| VerifierError::ResourceUrl("not a URL"))?;
        if !is_secure(&base) {
            let problem = "not secure: only https URLs are allowed, and http ones on loopback";
            return Err(VerifierError::ResourceUrl(problem));
        }
        if base.query().is_some()
            || base.fragment().is_some()
            || !base.username().is_empty()
            || base.password().is_some()
        {
            let problem = "not an origin, because it has a query, a fragment or user information";
            return Err(VerifierError::ResourceUrl(problem));
        }
        Ok(Self {
            base,
            algorithms: Algorithm::ALL.into(),
            max_age: seconds(DEFAULT_MAX_AGE),
            is_required: false,
            nonces: None,
            replays: Arc::new(ReplayCache::new(DEFAULT_REPLAY_ENTRIES)),
        })
    }

    /// Refuses bearer tokens. For single routes, there is
    /// [`Requirement::sender_constrained`](super::Requirement::sender_constrained).
    #[must_use]
    pub fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// Accepts only proofs with these algorithms. By default, all asymmetric ones are accepted.
    #[must_use]
    pub fn algorithms(mut self, algorithms: &[Algorithm]) -> Self {
        self.algorithms = algorithms.to_vec();
        self
    }

    /// Sets the age at which a proof is too old: one minute by default, at most 5 minutes. The leeway of the verifier is
    /// added.
    #[must_use]
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = seconds(max_age.min(MAX_MAX_AGE));
        self
    }

    /// Requires a nonce in each proof, which the API sends in the header `DPoP-Nonce` of a 401 (RFC 9449 §9). A nonce is valid
    /// for one to two minutes; it is computed, not stored.
    ///
    /// `secret` has at least 32 random bytes, and is the same at all replicas of the API.
    ///
    /// # Errors
    /// [`VerifierError::NonceSecret`] if the secret is shorter.
    pub fn nonces(mut self, secret: &[u8]) -> Result<Self, VerifierError> {
        self.nonces = Some(Arc::new(Nonces::new(secret)?));
        Ok(self)
    }

    /// Sets how many proofs are remembered, so that none is accepted twice: 200,000 by default, about 10 MB. They are
    /// those of the last minutes, in this process; replicas do not share them. Of one key, an eighth of them are
    /// remembered.
    ///
    /// When the cache is full, requests with proofs get 503 until older ones are too old.
    #[must_use]
    pub fn replay_cache(mut self, entries: usize) -> Self {
        self.replays = Arc::new(ReplayCache::new(entries));
        self
    }

    pub(super) fn is_required(&self) -> bool {
        self.is_required
    }

    /// Returns the names of the algorithms.
    pub(super) fn algorithm_names(&self) -> Vec<&'static str> {
        self.algorithms
            .iter()
            .map(|algorithm| algorithm.name())
            .collect()
    }

    /// Returns the nonce for the next proof, if nonces are required.
    pub(super) fn nonce(&self, now: i64) -> Option<String> {
        Some(self.nonces.as_ref()?.current(now))
    }
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_is_not_the_secure_origin_of_an_api_is_an_error() {
        for url in [
            "",
            "api.example.com",
            "http://api.example.com",
            "https://api.example.com/?a=b",
            "https://api.example.com/#a",
            "https://user@api.example.com/",
        ] {
            assert!(
                matches!(Dpop::new(url), Err(VerifierError::ResourceUrl(_))),
                "{url}"
            );
        }
        for url in [
            "https://api.example.com",
            "http://127.0.0.1:4001",
            "https://example.com/api",
        ] {
            assert!(Dpop::new(url).is_ok(), "{url}");
        }
    }
}
