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
#[derive(Clone, Copy)]
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum_auth0_core::{dpop::VerifiedProof, jwt::Algorithm};

    use super::*;
    use crate::{clock::MockClock, random::SystemRandom};

    fn signer(variables: &[(&str, &str)]) -> DpopSigner {
        let always = [
            ("AUTH0_DOMAIN", "https://idp.example.com/realms/a"),
            ("AUTH0_CLIENT_ID", "client"),
            ("AUTH0_CLIENT_SECRET", "secret"),
            ("AUTH0_SECRET", "0123456789abcdef0123456789abcdef"),
            ("APP_BASE_URL", "https://www.example.com"),
        ];
        let variables = always.iter().chain(variables).copied().collect();
        let config = Config::from_variables(&variables, &[]).unwrap();
        DpopSigner::new(&config, MockClock::at(1_000), SystemRandom::shared())
    }

    fn claims(signer: &DpopSigner, url: &str) -> VerifiedProof {
        let key = DpopKey::generate().unwrap();
        let target = ProofTarget {
            method: &Method::POST,
            url: &url.parse().unwrap(),
            access_token: None,
        };
        let proof = signer.proof(&key, target, None).unwrap();
        VerifiedProof::verify(proof.to_str().unwrap(), Algorithm::ALL).unwrap()
    }

    /// The provider compares the claim with the URL by which it knows itself.
    #[test]
    fn a_proof_for_the_internal_origin_of_the_provider_names_the_public_one() {
        let signer = signer(&[("AUTH0_PROVIDER_INTERNAL_URL", "http://keycloak:8080")]);
        for (url, htu) in [
            (
                "http://keycloak:8080/realms/a/token",
                "https://idp.example.com/realms/a/token",
            ),
            (
                "https://api.example.com/token",
                "https://api.example.com/token",
            ),
            ("http://keycloak:8081/token", "http://keycloak:8081/token"),
        ] {
            let proof = claims(&signer, url);
            assert_eq!(proof.claims().string("htu"), Ok(Some(htu)));
        }
    }

    #[test]
    fn the_time_is_that_of_the_clock_and_the_adjustment() {
        for (skew, expected) in [("0", 1_000), ("-10", 990), ("300", 1_300)] {
            let signer = signer(&[("AUTH0_DPOP_CLOCK_SKEW", skew)]);
            let proof = claims(&signer, "https://api.example.com/");
            assert_eq!(proof.claims().numeric_date("iat"), Ok(Some(expected)));
        }
    }

    #[test]
    fn there_is_a_key_only_if_tokens_are_bound() {
        assert_eq!(signer(&[]).new_key(), Ok(None));
        let first = signer(&[("AUTH0_DPOP", "true")]).new_key().unwrap();
        let first = first.unwrap();
        let second = signer(&[("AUTH0_DPOP", "true")]).new_key().unwrap();
        assert_ne!(second.unwrap().thumbprint(), first.thumbprint());
        let shown = format!("{first:?}");
        let stored = serde_json::to_value(&first).unwrap();
        let private = stored["pkcs8"].as_str().unwrap();
        assert!(!shown.contains(private), "{shown}");
    }
}
