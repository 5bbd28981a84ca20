//! An access token of a test.

use std::{fmt, time::Duration};

use secrecy::{ExposeSecret as _, SecretString};

use super::TestLoginError;
use crate::{
    config::{ApiSettings, Config},
    dpop::DpopKey,
    jwt,
    tokens::{CachedToken, TokenRequest},
};

/// An access token of a test. Strings convert to it.
///
/// ```
/// use std::time::Duration;
///
/// use axum_auth0::testing::TestToken;
///
/// let expired = TestToken::new("eyJ…").expires_in(Duration::ZERO);
/// ```
#[derive(Clone)]
pub struct TestToken {
    token: SecretString,
    lifetime: Option<Duration>,
    extra_scopes: Vec<String>,
}

impl TestToken {
    /// Returns a token that is valid until its claim `exp`, if it is a JWT with one, and otherwise as long as the
    /// session.
    pub fn new(token: impl Into<String>) -> Self {
        Self {
            token: token.into().into(),
            lifetime: None,
            extra_scopes: Vec::new(),
        }
    }

    /// Sets the remaining lifetime. With [`Duration::ZERO`] the token has expired.
    #[must_use]
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// Returns this token for requests with these [`extra_scopes`](crate::TokenOptions::extra_scopes) only.
    #[must_use]
    pub fn extra_scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.extra_scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Returns the token as the store keeps it. `now` is in seconds since 1970.
    pub(super) fn to_cached(
        &self,
        api: &ApiSettings,
        now: i64,
    ) -> Result<CachedToken, TestLoginError> {
        let request = TokenRequest::new(api, &self.extra_scopes);
        let request = request.ok_or_else(|| TestLoginError::NoAudience {
            api: api.name(),
            variable: api.audience_variable().to_owned(),
        })?;
        let expires_at = match self.lifetime {
            Some(lifetime) => {
                let seconds = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
                Some(now.saturating_add(seconds))
            }
            None => self.claimed_expiry(),
        };
        Ok(CachedToken {
            audience: request.audience.to_owned(),
            requested: request.scope.clone(),
            is_extra: request.is_extra(),
            // The token is not checked, so it has the scopes that are requested.
            scope: request.scope,
            token: self.token.expose_secret().to_owned(),
            // A token that has expired was valid when it was issued.
            obtained_at: expires_at.map_or(now, |end| now.min(end.saturating_sub(1))),
            expires_at,
            on_demand: false,
            is_spent: false,
            // The handlers of a test get a token as with a provider, and can sign proofs.
            dpop_key: api.dpop.then(DpopKey::generate).and_then(Result::ok),
            is_certificate_bound: api.certificate_bound,
        })
    }

    fn claimed_expiry(&self) -> Option<i64> {
        let claims = jwt::decode_unverified(self.token.expose_secret()).ok()?;
        claims.unverified().numeric_date("exp").ok().flatten()
    }
}

impl From<&str> for TestToken {
    fn from(token: &str) -> Self {
        Self::new(token)
    }
}

impl From<String> for TestToken {
    fn from(token: String) -> Self {
        Self::new(token)
    }
}

/// Omits the token, which may be one of a real provider.
impl fmt::Debug for TestToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestToken")
            .field("lifetime", &self.lifetime)
            .field("extra_scopes", &self.extra_scopes)
            .finish_non_exhaustive()
    }
}

/// The API that a token is for.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// The prefix of its variables.
    Api(&'static str),
    Audience(String),
}

impl Target {
    /// Returns the API's settings.
    pub(super) fn find<'c>(&self, config: &'c Config) -> Result<&'c ApiSettings, TestLoginError> {
        match self {
            Self::Api(prefix) => config.api(prefix).ok_or(TestLoginError::UnknownApi(prefix)),
            Self::Audience(audience) => config
                .apis()
                .find(|api| api.audience() == Some(audience))
                .ok_or_else(|| {
                    let known: Vec<_> = config.apis().filter_map(ApiSettings::audience).collect();
                    TestLoginError::UnknownAudience {
                        audience: audience.clone(),
                        known: known.join(", "),
                    }
                }),
        }
    }
}
