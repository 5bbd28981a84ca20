//! Getters of the configuration.

use std::{sync::Arc, time::Duration};

use secrecy::SecretString;
use url::Url;

use super::{
    ApiSettings, AudienceParameter, ClientAuthentication, ClientCredentials, Config, ConfigProblem,
    CookieSettings, LogoutSettings, RateLimits, Routes, SessionLifetime, StoreLocation, timeouts,
};
use crate::{
    authorization::ClaimNames,
    jwt::{Algorithm, SigningKey},
    provider::Issuer,
    trusted_proxies::TrustedProxies,
};

/// The settings, each with the variable that sets it.
impl Config {
    /// Returns `AUTH0_DOMAIN`: the OpenID Provider.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Returns `AUTH0_PROVIDER_INTERNAL_URL`: the origin at which this server reaches the provider, if it differs from
    /// the issuer's.
    pub fn provider_internal_url(&self) -> Option<&Url> {
        self.provider_internal_url.as_ref()
    }

    /// Returns `AUTH0_TOKEN_ISSUER`: the issuer of access tokens, if it differs from the provider's.
    pub fn token_issuer(&self) -> Option<&str> {
        self.token_issuer.as_deref()
    }

    /// Returns `AUTH0_CLIENT_ID`: the identifier of this application at the provider.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Returns `AUTH0_CLIENT_SECRET`, `AUTH0_CLIENT_ASSERTION_SIGNING_KEY` or `AUTH0_MTLS`: how this application proves its identity
    /// at the provider.
    pub fn client_credentials(&self) -> &ClientCredentials {
        &self.client_credentials
    }

    /// Returns `AUTH0_CLIENT_SECRET`, unless the application has a private key or a certificate instead.
    pub fn client_secret(&self) -> Option<&SecretString> {
        match &self.client_credentials {
            ClientCredentials::Secret(secret) => Some(secret),
            ClientCredentials::PrivateKey { .. } | ClientCredentials::Certificate(_) => None,
        }
    }

    /// Returns `AUTH0_MTLS_BOUND_ACCESS_TOKENS`: whether access tokens must be bound to the client certificate.
    pub fn binds_tokens_to_certificate(&self) -> bool {
        self.binds_tokens_to_certificate
    }

    /// Returns `AUTH0_ACCEPT_SESSION_TRANSFER`: whether the login route forwards session transfer tokens.
    pub fn accepts_session_transfer(&self) -> bool {
        self.accepts_session_transfer
    }

    /// Returns `AUTH0_PUSHED_AUTHORIZATION_REQUESTS`: whether logins push their authorization request even if the
    /// provider does not require it.
    pub fn push_authorization_requests(&self) -> bool {
        self.push_authorization_requests
    }

    /// Returns `AUTH0_DPOP`: whether access tokens are bound to a key of each login
    /// ([RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)).
    pub fn dpop(&self) -> bool {
        self.dpop.is_on
    }

    /// Returns `AUTH0_DPOP_CLOCK_SKEW`: the seconds to add to the time in proofs.
    pub fn dpop_clock_skew(&self) -> i64 {
        self.dpop.clock_skew
    }

    /// Returns `AUTH0_SIGNED_REQUEST_OBJECT`: whether logins sign their authorization request even if the provider does not
    /// require it.
    pub fn signs_authorization_requests(&self) -> bool {
        self.signs_authorization_requests
    }

    /// Returns `AUTH0_FAPI2`: whether the site serves logins only with every part of the FAPI 2.0 Security Profile.
    pub fn fapi2(&self) -> bool {
        self.fapi2
    }

    /// Returns `AUTH0_CLIENT_AUTHENTICATION`: how the client authenticates. If unset, a private key or the provider's
    /// metadata decides.
    pub fn client_authentication(&self) -> Option<ClientAuthentication> {
        self.client_authentication
    }

    /// Returns `AUTH0_SECRET`: the first secret encrypts, all of them decrypt.
    pub fn secrets(&self) -> &[SecretString] {
        &self.secrets
    }

    /// Returns `APP_BASE_URL`: the URL of the start page. Its path is the base path.
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// Returns the path below which the whole site is mounted, such as `/shop`: the path of `APP_BASE_URL`, or
    /// `NEXT_PUBLIC_BASE_PATH`. Empty if the site is at the root of its host.
    pub fn base_path(&self) -> &str {
        self.base_path.as_str()
    }

    /// Returns `AUTH0_AUDIENCE`: the API that a login requests an access token for.
    pub fn audience(&self) -> Option<&str> {
        self.audience.as_deref()
    }

    /// Returns `AUTH0_AUDIENCE_PARAMETER`: the request parameter that names an API to the provider.
    pub fn audience_parameter(&self) -> AudienceParameter {
        self.audience_parameter
    }

    /// Returns `AUTH0_PROMPT`: the default `prompt` of a login.
    pub fn prompt(&self) -> Option<&str> {
        self.prompt.as_deref()
    }

    /// Returns `AUTH0_ORGANIZATION`: the organization that a login asks for if its link names none.
    pub fn organization(&self) -> Option<&str> {
        self.organization.default.as_deref()
    }

    /// Returns `AUTH0_ORGANIZATION_REQUIRED`: whether every session belongs to [`Self::organization`], or to any
    /// organization if that is `None`.
    pub fn requires_organization(&self) -> bool {
        self.organization.is_required
    }

    /// Returns `AUTH0_SILENT_LOGIN`: the pages with a silent login, besides those of
    /// [`Auth0Builder::silent_login`](crate::Auth0Builder::silent_login).
    pub fn silent_login(&self) -> &[String] {
        &self.silent_login
    }

    /// Returns `AUTH0_SCOPE` and the scopes of the API that the login requests a token for.
    pub fn scope(&self) -> &[String] {
        &self.scope
    }

    /// Returns the external APIs, ordered by the prefix of their variables.
    pub fn apis(&self) -> impl Iterator<Item = &ApiSettings> {
        self.apis.values()
    }

    /// Returns the API of this name, if it is configured.
    pub fn api(&self, name: &str) -> Option<&ApiSettings> {
        self.apis.get(name)
    }

    /// Returns the registered APIs without any variable set.
    pub fn absent_apis(&self) -> &[&'static str] {
        &self.absent_apis
    }

    /// Returns `AUTH0_TOKEN_REFRESH_BUFFER`: how long before its expiry an access token is refreshed.
    pub fn refresh_buffer(&self) -> Duration {
        self.refresh_buffer
    }

    /// Returns `AUTH0_ID_TOKEN_SIGNING_ALG`: the algorithms that ID tokens and logout tokens may be signed with.
    pub fn id_token_algorithms(&self) -> &[Algorithm] {
        &self.id_token_algorithms
    }

    /// Returns `AUTH0_ROLES_CLAIM` and `AUTH0_PERMISSIONS_CLAIM`: the claims with roles and permissions.
    pub(crate) fn claim_names(&self) -> &ClaimNames {
        &self.claim_names
    }

    /// Returns `AUTH0_SESSION_STORE`: where sessions and tokens are stored.
    pub fn session_store(&self) -> &StoreLocation {
        &self.session_store
    }

    /// Returns `AUTH0_COOKIE_*`: name and attributes of the session cookie.
    pub fn cookie(&self) -> &CookieSettings {
        &self.cookie
    }

    /// Returns `AUTH0_NO_CONTENT_PROFILE_RESPONSE`: whether the profile route responds with 204 instead of 401 if no
    /// user is signed in.
    pub fn no_content_profile(&self) -> bool {
        self.no_content_profile
    }

    /// Returns `AUTH0_EXPOSE_DIAGNOSES`: whether responses explain a misconfiguration.
    pub fn expose_diagnoses(&self) -> bool {
        self.expose_diagnoses
    }

    /// Returns `AUTH0_HTTP_TIMEOUT`: the timeout of one request to the provider, at most 12.5 seconds.
    pub fn http_timeout(&self) -> Duration {
        self.http_timeout
    }

    /// Returns `AUTH0_LOGOUT_*`: where a logout ends, and how it is requested at the provider.
    pub fn logout(&self) -> &LogoutSettings {
        &self.logout
    }

    /// Returns `AUTH0_SESSION_*_DURATION`: when a session ends.
    pub fn session_lifetime(&self) -> SessionLifetime {
        self.session_lifetime
    }

    /// Returns `TRUSTED_PROXIES`: the reverse proxies whose forwarding headers are believed.
    pub fn trusted_proxies(&self) -> &TrustedProxies {
        &self.trusted_proxies
    }

    /// Returns `AUTH0_*_RATE_LIMIT`: requests per minute and client address to the engine's routes.
    pub fn rate_limits(&self) -> RateLimits {
        self.rate_limits
    }

    /// Returns what is probably not intended, although the configuration is valid: a missing audience, variables that
    /// are set but not read. [`Auth0::warnings`](crate::Auth0::warnings) has more.
    pub fn warnings(&self) -> &[ConfigProblem] {
        &self.warnings
    }

    /// Returns the paths of the engine's routes, below the base path.
    pub fn routes(&self) -> &Routes {
        &self.routes
    }

    /// Returns [`Self::routes`], as stored in the extensions of every request.
    pub(crate) fn shared_routes(&self) -> Arc<Routes> {
        Arc::clone(&self.routes)
    }

    /// Returns the configuration with another client ID, to compare the provider's responses.
    #[must_use]
    pub fn with_client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = client_id.into();
        self
    }

    /// Returns the configuration with another client secret, to compare the provider's responses.
    #[must_use]
    pub fn with_client_secret(mut self, client_secret: SecretString) -> Self {
        self.client_credentials = ClientCredentials::Secret(client_secret);
        self
    }

    /// Returns the configuration with another private key, without a key ID, to compare the provider's responses.
    #[must_use]
    pub fn with_private_key(mut self, key: SigningKey) -> Self {
        self.client_credentials = ClientCredentials::PrivateKey { key, id: None };
        self
    }

    /// Returns the shutdown timeout: twice `AUTH0_HTTP_TIMEOUT` plus 5 seconds, at least 15 and at most 30 seconds. The
    /// slowest refresh ends within it; see [`Auth0::shutdown`](crate::Auth0::shutdown).
    pub fn shutdown_timeout(&self) -> Duration {
        timeouts::shutdown(self.http_timeout)
    }

    /// Returns the origin of the site as browsers send it: scheme, host and, unless it is the default, port.
    pub fn origin(&self) -> String {
        self.base_url.origin().ascii_serialization()
    }

    /// Returns the absolute URL of `path` on this site. `path` includes the base path, as those of [`Self::routes`] do.
    pub fn site_url(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// Returns whether `issuer` may issue access tokens: the provider itself or `AUTH0_TOKEN_ISSUER`, compared exactly.
    pub fn issues_access_tokens(&self, issuer: &str) -> bool {
        issuer == self.issuer.as_str() || Some(issuer) == self.token_issuer.as_deref()
    }

    /// Returns whether the site is served over TLS.
    pub fn is_https(&self) -> bool {
        self.base_url.scheme() == "https"
    }
}
