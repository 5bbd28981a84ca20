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

/// A user's access token for the API `A`, and for no other: a client of another API does not take it.
///
/// It cannot be serialized, so it cannot reach the browser by accident; `Debug` does not show it.
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

    /// The token itself. It belongs into the `Authorization` header of a request to [`Self::base_url`] and nowhere
    /// else; prefer [`Self::authorization`].
    pub fn expose(&self) -> &str {
        self.token.expose_secret()
    }

    /// The value of the `Authorization` header (RFC 6750 §2.1), marked so that it is not logged.
    ///
    /// # Errors
    ///
    /// Where the provider issued a token that no header can carry.
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

    /// The only place that the token may be sent to; ends with a slash.
    pub fn base_url(&self) -> &Url {
        &self.settings.base_url
    }

    /// The API's identifier at the provider, which the token was verified to carry.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// Returns what it means that the API responded with 401 to this token although it is fresh and was verified here:
    /// it expects another audience or another issuer. The caller logs it.
    ///
    /// `www_authenticate` is the API's header of that name (RFC 6750 §3), which may say more.
    pub fn refused_by_api(&self, www_authenticate: Option<&str>) -> TokenError {
        let diagnosis = Diagnosis::refused_by_api(&self.settings, &self.audience, www_authenticate);
        TokenError::Misconfigured(Box::new(diagnosis))
    }

    /// Returns what it means that the API responded with 403 `insufficient_scope` (RFC 6750 §3.1): the token lacks a
    /// scope that the API requires for this call. The caller logs it.
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
