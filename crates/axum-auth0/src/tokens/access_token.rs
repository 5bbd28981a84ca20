//! An access token for one API.

use std::{fmt, marker::PhantomData, sync::Arc};

use http::{HeaderMap, HeaderValue, Method};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::{CachedToken, TokenError};
use crate::{
    config::{Api, ApiSettings},
    diagnosis::Diagnosis,
    dpop::{DpopKey, DpopSigner, ProofTarget},
};

/// An access token for the API `A`, of a user or of the application itself. Clients of other APIs do not accept it.
///
/// It cannot be serialized, which prevents sending it to the browser by accident, and `Debug` does not show it.
pub struct AccessToken<A> {
    token: SecretString,
    settings: Arc<ApiSettings>,
    audience: String,
    binding: Option<TokenBinding>,
    _api: PhantomData<fn() -> A>,
}

/// The key that a token is bound to, and what signs proofs with it.
#[derive(Clone)]
pub(crate) struct TokenBinding {
    pub(crate) key: DpopKey,
    pub(crate) signer: DpopSigner,
}

impl<A: Api> AccessToken<A> {
    /// `signer` signs the proofs of a bound token.
    pub(crate) fn new(token: CachedToken, settings: Arc<ApiSettings>, signer: &DpopSigner) -> Self {
        let binding = token.dpop_key.map(|key| TokenBinding {
            key,
            signer: signer.clone(),
        });
        Self {
            token: token.token.into(),
            settings,
            audience: token.audience,
            binding,
            _api: PhantomData,
        }
    }

    /// Returns the token itself. Send it only in the `Authorization` header of a request to [`Self::base_url`]; prefer
    /// [`Self::authorization`].
    pub fn expose(&self) -> &str {
        self.token.expose_secret()
    }

    /// Returns the value of the `Authorization` header (RFC 6750 §2.1), marked as sensitive so that it is not logged.
    ///
    /// If the token is bound to a key (`AUTH0_DPOP`), the scheme is `DPoP`, and the request also needs the header of
    /// [`Self::dpop_proof`].
    ///
    /// # Errors
    ///
    /// If the provider issued a token that cannot be sent in a header.
    pub fn authorization(&self) -> Result<HeaderValue, TokenError> {
        let value = HeaderValue::from_str(&format!("{} {}", self.scheme(), self.expose()));
        let mut value = value.map_err(|_| {
            TokenError::Misconfigured(Box::new(Diagnosis::UnusableToken {
                audience: self.audience.clone(),
            }))
        })?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// Returns whether the token is bound to a key, so that it is useless without a proof
    /// ([RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)).
    pub fn is_dpop_bound(&self) -> bool {
        self.binding.is_some()
    }

    /// Returns the value of the header `DPoP` for one request, for an HTTP client of the application; `None` if the token is
    /// not bound to a key. [`ApiClient`](crate::ApiClient) does all of this itself.
    ///
    /// `url` is the complete URL of the request. Each request needs a proof of its own, also one that is sent again. The
    /// proof has the last nonce that [`Self::record_dpop_nonce`] recorded for the origin.
    ///
    /// # Errors
    ///
    /// [`TokenError::SignInRequired`] if the key of the login cannot be used.
    pub fn dpop_proof(
        &self,
        method: &Method,
        url: &Url,
    ) -> Result<Option<HeaderValue>, TokenError> {
        self.dpop_proof_with_nonce(method, url, None)
    }

    pub(crate) fn dpop_proof_with_nonce(
        &self,
        method: &Method,
        url: &Url,
        nonce: Option<&str>,
    ) -> Result<Option<HeaderValue>, TokenError> {
        let Some(TokenBinding { key, signer }) = &self.binding else {
            return Ok(None);
        };
        let target = ProofTarget {
            method,
            url,
            access_token: Some(self.expose()),
        };
        signer.proof(key, target, nonce).map(Some).map_err(|error| {
            tracing::error!(%error, "failed to sign a DPoP proof; a new login is required");
            TokenError::SignInRequired
        })
    }

    /// Records the header `DPoP-Nonce` of a response (RFC 9449 §8.2), of any status, for the next proofs for the origin of
    /// `url`. Returns whether the response had one. A 401 with the error `use_dpop_nonce` means that the request
    /// has to be sent again, once, with a new proof.
    pub fn record_dpop_nonce(&self, url: &Url, response_headers: &HeaderMap) -> bool {
        self.remember_nonce(url, response_headers).is_some()
    }

    pub(crate) fn remember_nonce(&self, url: &Url, headers: &HeaderMap) -> Option<String> {
        self.binding
            .as_ref()
            .and_then(|binding| binding.signer.remember_nonce(url, headers))
    }

    fn scheme(&self) -> &'static str {
        if self.is_dpop_bound() {
            "DPoP"
        } else {
            "Bearer"
        }
    }

    /// Returns the only URL that the token may be sent to, with a trailing slash.
    pub fn base_url(&self) -> &Url {
        &self.settings.base_url
    }

    /// Returns the API's identifier at the provider, which was verified to be in the token.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// Returns the error for a 401 of the API, although the token is fresh and was verified here: the API expects
    /// another audience or another issuer. The caller logs it.
    ///
    /// `www_authenticate` is the API's header of that name (RFC 6750 §3), which may contain details.
    pub fn refused_by_api(&self, www_authenticate: Option<&str>) -> TokenError {
        let diagnosis = Diagnosis::refused_by_api(&self.settings, &self.audience, www_authenticate);
        TokenError::Misconfigured(Box::new(diagnosis))
    }

    /// Returns the error for a 403 `insufficient_scope` of the API (RFC 6750 §3.1): the token lacks a scope that the
    /// API requires for this call. The caller logs it.
    pub fn lacks_scope(&self, scope: &str) -> TokenError {
        let missing: Vec<String> = scope.split_whitespace().map(str::to_owned).collect();
        let diagnosis = Diagnosis::missing_scope(&self.settings, &self.audience, missing);
        TokenError::Misconfigured(Box::new(diagnosis))
    }
}

impl<A> Clone for AccessToken<A> {
    fn clone(&self) -> Self {
        Self {
            token: self.token.clone(),
            settings: Arc::clone(&self.settings),
            audience: self.audience.clone(),
            binding: self.binding.clone(),
            _api: PhantomData,
        }
    }
}

impl<A: Api> fmt::Debug for AccessToken<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessToken<{}>([redacted])", A::ENV_PREFIX)
    }
}
