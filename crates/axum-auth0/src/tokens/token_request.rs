//! The request of a caller for an access token.

use super::error::{TokenError, audience_missing};
use crate::{
    config::{ApiSettings, Config},
    diagnosis::Expectation,
};

/// A request for an access token: the API and the scopes.
#[derive(Clone, Debug)]
pub(crate) struct TokenRequest<'a> {
    pub(crate) api: &'a ApiSettings,
    pub(crate) audience: &'a str,
    /// Sorted, without duplicates.
    pub(crate) scope: Vec<String>,
    /// Whether the token is not requested with the refresh token of a login.
    is_without_login: bool,
}

impl<'a> TokenRequest<'a> {
    /// Returns a request for the API's configured scopes and `extra` ones; `None` if the API has no audience.
    pub(crate) fn new(api: &'a ApiSettings, extra: &[String]) -> Option<Self> {
        let scope = api.scope().iter().chain(extra).cloned().collect();
        Self::with_exact_scope(api, scope)
    }

    /// Returns a request for `scope` only; `None` if the API has no audience.
    pub(crate) fn with_exact_scope(api: &'a ApiSettings, mut scope: Vec<String>) -> Option<Self> {
        scope.sort_unstable();
        scope.dedup();
        Some(Self {
            api,
            audience: api.audience()?,
            scope,
            is_without_login: false,
        })
    }

    /// Returns a request of another grant than the refresh token of a login.
    ///
    /// # Errors
    ///
    /// If the API has no audience.
    pub(crate) fn of_other_grant(
        api: &'a ApiSettings,
        extra: &[String],
    ) -> Result<Self, TokenError> {
        let request = Self::new(api, extra).ok_or_else(|| audience_missing(api))?;
        Ok(Self {
            is_without_login: true,
            ..request
        })
    }

    /// Returns whether the scopes differ from those of the configuration.
    pub(crate) fn is_extra(&self) -> bool {
        self.scope.len() != self.api.scope().len()
            || !self
                .api
                .scope()
                .iter()
                .all(|word| self.scope.contains(word))
    }

    /// Returns whether the login itself requested this token. In that case a refresh may omit the scopes (RFC 6749 §6).
    pub(super) fn is_of_login(&self, config: &Config) -> bool {
        config.audience() == Some(self.audience) && !self.is_extra()
    }

    /// Returns the expected properties of the token. `now` is in seconds since 1970.
    pub(crate) fn expectation<'e>(&'e self, config: &'e Config, now: i64) -> Expectation<'e> {
        let expectation = Expectation::new(config, self.api, now).requested(&self.scope);
        if self.is_without_login {
            expectation.without_login()
        } else {
            expectation
        }
    }
}
