//! The expected properties of an access token.

use crate::config::{ApiSettings, AudienceParameter, Config};

/// An access token for one API, as the configuration requests it.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    pub(super) config: &'a Config,
    pub(super) api: &'a ApiSettings,
    pub(super) requested: &'a [String],
    pub(super) granted: Option<&'a [String]>,
    /// For a token fresh from the token endpoint: when it was requested, in seconds since 1970.
    pub(super) requested_at: Option<i64>,
    pub(super) now: i64,
    /// Whether the token is requested with a login or its refresh token.
    pub(super) is_of_login: bool,
}

impl<'a> Expectation<'a> {
    /// Creates an expectation for `api` with its configured scopes. `now` is in seconds since 1970.
    pub fn new(config: &'a Config, api: &'a ApiSettings, now: i64) -> Self {
        Self {
            config,
            api,
            requested: api.scope(),
            granted: None,
            requested_at: None,
            now,
            is_of_login: true,
        }
    }

    /// Marks the token as one of a grant without a login, such as client credentials.
    #[must_use]
    pub(crate) fn without_login(mut self) -> Self {
        self.is_of_login = false;
        self
    }

    /// Sets the requested scopes, if they are not those of the configuration.
    #[must_use]
    pub fn requested(mut self, scopes: &'a [String]) -> Self {
        self.requested = scopes;
        self
    }

    /// Marks the token as fresh from the token endpoint: it was requested at `requested_at`, in seconds since 1970, and the
    /// response granted this scope.
    #[must_use]
    pub(crate) fn just_issued(mut self, requested_at: i64, granted: Option<&'a [String]>) -> Self {
        self.requested_at = Some(requested_at);
        self.granted = granted;
        self
    }

    pub(super) fn is_just_issued(&self) -> bool {
        self.requested_at.is_some()
    }

    /// Returns whether the request to Auth0 uses `resource`, which Auth0 ignores.
    pub(super) fn is_ignored_resource(&self) -> bool {
        self.config.audience_parameter() == AudienceParameter::Resource
            && self.config.issuer().has_auth0_form()
    }

    /// Returns whether the token comes from a refresh of a login that named no API, at a provider whose refresh tokens
    /// are bound to the APIs of the login.
    pub(super) fn login_named_no_api(&self) -> bool {
        self.is_of_login
            && self.is_just_issued()
            && self.config.audience().is_none()
            && self.config.audience_parameter() == AudienceParameter::Audience
    }
}
