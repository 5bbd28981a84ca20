//! An access token for one API.

use std::{fmt, marker::PhantomData, sync::Arc};

use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::TokenError;
use crate::{
    config::{Api, ApiSettings},
    diagnosis::Diagnosis,
};

/// An access token for the API `A`, of a user or of the application itself. Clients of other APIs do not accept it.
///
/// It cannot be serialized, which prevents sending it to the browser by accident, and `Debug` does not show it.
pub struct AccessToken<A> {
    token: SecretString,
    settings: Arc<ApiSettings>,
    audience: String,
    _api: PhantomData<fn() -> A>,
}

impl<A: Api> AccessToken<A> {
    pub(crate) fn new(token: SecretString, settings: Arc<ApiSettings>, audience: String) -> Self {
        Self {
            token,
            settings,
            audience,
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
    /// # Errors
    ///
    /// If the provider issued a token that cannot be sent in a header.
    pub fn authorization(&self) -> Result<HeaderValue, TokenError> {
        let value = HeaderValue::from_str(&format!("Bearer {}", self.expose()));
        let mut value = value.map_err(|_| {
            TokenError::Misconfigured(Box::new(Diagnosis::UnusableToken {
                audience: self.audience.clone(),
            }))
        })?;
        value.set_sensitive(true);
        Ok(value)
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
            _api: PhantomData,
        }
    }
}

impl<A: Api> fmt::Debug for AccessToken<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessToken<{}>([redacted])", A::ENV_PREFIX)
    }
}
