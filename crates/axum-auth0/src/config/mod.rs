//! The configuration of the site's side, read from variables with the names of nextjs-auth0 and validated as a whole.
//!
//! [`Config::from_variables`] reports every fault at once, each with its variable, what is wrong and an example.

mod apis;
mod audience;
mod characters;
mod cookies;
mod error;
mod faults;
mod known;
mod lengths;
mod logout;
mod scope_variables;
mod shutdown;
mod token_issuer;
mod values;
mod variables;

use std::{collections::BTreeMap, fmt, time::Duration};

use secrecy::SecretString;
use url::Url;

pub use self::{
    apis::{ApiRegistration, ApiSettings, BrowserAccess, TokenFormat},
    audience::AudienceParameter,
    cookies::{CookieSettings, SameSite},
    error::{ConfigError, ConfigProblem},
    logout::{LogoutParameter, LogoutSettings},
    values::{ClientAuthentication, StoreLocation},
    variables::Variables,
};
pub(crate) use self::{logout::SIGNED_OUT_PATH, scope_variables::ScopeVariable};
use crate::provider::Issuer;

/// Everything that the engine must know before it can start. Built by [`Config::from_variables`] only, so a value of
/// this type has passed all checks.
#[derive(Clone)]
pub struct Config {
    issuer: Issuer,
    provider_internal_url: Option<Url>,
    token_issuer: Option<String>,
    client_id: String,
    client_secret: SecretString,
    client_authentication: Option<ClientAuthentication>,
    secrets: Vec<SecretString>,
    base_url: Url,
    audience: Option<String>,
    audience_parameter: AudienceParameter,
    prompt: Option<String>,
    scope: Vec<String>,
    own_scope: Vec<String>,
    apis: BTreeMap<&'static str, ApiSettings>,
    absent_apis: Vec<&'static str>,
    refresh_buffer: Duration,
    session_store: StoreLocation,
    cookie: CookieSettings,
    no_content_profile: bool,
    http_timeout: Duration,
    logout: LogoutSettings,
}

/// The settings, each with the variable that it comes from.
impl Config {
    /// `AUTH0_DOMAIN`: the OpenID Provider.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// `AUTH0_PROVIDER_INTERNAL_URL`: the origin at which this server reaches the provider, where that is another one than
    /// the issuer's.
    pub fn provider_internal_url(&self) -> Option<&Url> {
        self.provider_internal_url.as_ref()
    }

    /// `AUTH0_TOKEN_ISSUER`: what the provider calls itself in access tokens, if it does not use its issuer there.
    pub fn token_issuer(&self) -> Option<&str> {
        self.token_issuer.as_deref()
    }

    /// `AUTH0_CLIENT_ID`: this application at the provider.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// `AUTH0_CLIENT_SECRET`: what this application proves itself with.
    pub fn client_secret(&self) -> &SecretString {
        &self.client_secret
    }

    /// `AUTH0_CLIENT_AUTHENTICATION`: how it does; chosen from the provider's metadata where not set.
    pub fn client_authentication(&self) -> Option<ClientAuthentication> {
        self.client_authentication
    }

    /// `AUTH0_SECRET`: the first one encrypts, all of them decrypt.
    pub fn secrets(&self) -> &[SecretString] {
        &self.secrets
    }

    /// `APP_BASE_URL`: the site's own origin.
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// `AUTH0_AUDIENCE`: the API that a login asks an access token for.
    pub fn audience(&self) -> Option<&str> {
        self.audience.as_deref()
    }

    /// `AUTH0_AUDIENCE_PARAMETER`: how the provider wants to be asked.
    pub fn audience_parameter(&self) -> AudienceParameter {
        self.audience_parameter
    }

    /// `AUTH0_PROMPT`: the `prompt` of every login that does not bring its own.
    pub fn prompt(&self) -> Option<&str> {
        self.prompt.as_deref()
    }

    /// `AUTH0_SCOPE`, and the scopes of the API that the login asks a token for.
    pub fn scope(&self) -> &[String] {
        &self.scope
    }

    /// The external APIs, by the prefix of their variables.
    pub fn apis(&self) -> impl Iterator<Item = &ApiSettings> {
        self.apis.values()
    }

    /// The API of this name, if it is configured.
    pub fn api(&self, name: &str) -> Option<&ApiSettings> {
        self.apis.get(name)
    }

    /// The declared APIs of which nothing is configured.
    pub fn absent_apis(&self) -> &[&'static str] {
        &self.absent_apis
    }

    /// `AUTH0_TOKEN_REFRESH_BUFFER`: how long before its end an access token is renewed.
    pub fn refresh_buffer(&self) -> Duration {
        self.refresh_buffer
    }

    /// `AUTH0_SESSION_STORE`: where sessions and tokens live.
    pub fn session_store(&self) -> &StoreLocation {
        &self.session_store
    }

    /// `AUTH0_COOKIE_*`: attributes of the session's cookie.
    pub fn cookie(&self) -> &CookieSettings {
        &self.cookie
    }

    /// `AUTH0_NO_CONTENT_PROFILE_RESPONSE`: `/auth/profile` answers 204 instead of 401 to the anonymous.
    pub fn no_content_profile(&self) -> bool {
        self.no_content_profile
    }

    /// `AUTH0_HTTP_TIMEOUT`: the total time of one request to the provider, 12.5 seconds at most.
    pub fn http_timeout(&self) -> Duration {
        self.http_timeout
    }

    /// `AUTH0_LOGOUT_*`: where a logout ends, and how the provider is asked for it.
    pub fn logout(&self) -> &LogoutSettings {
        &self.logout
    }
}

impl Config {
    /// Reads and checks the whole configuration.
    ///
    /// `apis` declares the external APIs that the application calls; the first one is the API that `AUTH0_AUDIENCE`
    /// names.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] lists every fault, not just the first.
    pub fn from_variables(
        variables: &Variables,
        apis: &[ApiRegistration],
    ) -> Result<Self, ConfigError> {
        let mut faults = faults::Problems::new(variables);
        characters::check(variables, apis, &mut faults);
        known::refuse_unknown(variables, apis, &mut faults);
        lengths::check(apis, &mut faults);

        let issuer = values::issuer(&mut faults);
        let provider_internal_url = values::provider_internal_url(&mut faults);
        let token_issuer = token_issuer::read(&mut faults);
        let client_id = faults.required("AUTH0_CLIENT_ID", "the Client ID of your application");
        let client_secret = faults.required(
            "AUTH0_CLIENT_SECRET",
            "the Client Secret of your application",
        );
        let client_authentication = values::client_authentication(&mut faults);
        let secrets = values::secrets(&mut faults);
        let base_url = values::base_url(&mut faults);
        let audience = audience::audience(&faults);
        let audience_parameter = audience::audience_parameter(&mut faults, issuer.as_ref());
        let prompt = values::prompt(&mut faults);
        let declared = apis;
        let apis = apis::read(declared, audience.as_deref(), &mut faults);
        audience::check_resources(&mut faults, audience_parameter, &apis);
        let names = declared.iter().map(|api| api.name);
        let absent_apis = names.filter(|name| !apis.contains_key(name)).collect();
        let own_scope = audience::own_scope(&mut faults);
        let scope = audience::scope(&own_scope, audience.as_deref(), audience_parameter, &apis);
        let refresh_buffer = values::refresh_buffer(&mut faults);
        let session_store = values::session_store(&mut faults);
        let cookie = cookies::read(&mut faults, base_url.as_ref());
        let no_content_profile = faults.flag("AUTH0_NO_CONTENT_PROFILE_RESPONSE", false);
        let http_timeout = values::http_timeout(&mut faults);
        let logout = logout::read(&mut faults, base_url.as_ref());

        match (issuer, client_id, client_secret, base_url, faults.finish()) {
            (Some(issuer), Some(client_id), Some(client_secret), Some(base_url), Ok(())) => {
                Ok(Self {
                    issuer,
                    provider_internal_url,
                    token_issuer,
                    client_id,
                    client_secret: client_secret.into(),
                    client_authentication,
                    secrets,
                    base_url,
                    audience,
                    audience_parameter,
                    prompt,
                    scope,
                    own_scope,
                    apis,
                    absent_apis,
                    refresh_buffer,
                    session_store,
                    cookie,
                    no_content_profile,
                    http_timeout,
                    logout,
                })
            }
            (.., Err(error)) => Err(error),
            (.., Ok(())) => Err(ConfigError::default()),
        }
    }

    /// Returns the configuration of another application at the same provider, to ask what the provider says of it.
    #[must_use]
    pub fn with_client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = client_id.into();
        self
    }

    /// Returns the configuration with another client secret, to ask what the provider says of it.
    #[must_use]
    pub fn with_client_secret(mut self, client_secret: SecretString) -> Self {
        self.client_secret = client_secret;
        self
    }

    /// How long a shutdown may take: twice `AUTH0_HTTP_TIMEOUT` and 5 seconds, at least 15 seconds, at most 30 seconds. The
    /// slowest refresh ends within it; see [`Auth0::shutdown`](crate::Auth0::shutdown).
    pub fn shutdown_timeout(&self) -> Duration {
        shutdown::timeout(self.http_timeout)
    }

    /// The origin of the site as a browser sends it: scheme, host and, where not the default, port.
    pub fn origin(&self) -> String {
        self.base_url.origin().ascii_serialization()
    }

    /// The absolute URL of `path` on this site.
    pub fn site_url(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// Returns whether access tokens may be from this issuer, compared exactly: the provider's own, or `AUTH0_TOKEN_ISSUER`.
    pub fn issues_access_tokens(&self, issuer: &str) -> bool {
        issuer == self.issuer.as_str() || Some(issuer) == self.token_issuer.as_deref()
    }

    /// Whether the site is served over TLS, from which the cookies' attributes follow.
    pub fn is_https(&self) -> bool {
        self.base_url.scheme() == "https"
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("issuer", &self.issuer.as_str())
            .field("client_id", &self.client_id)
            .field("base_url", &self.base_url.as_str())
            .field("audience", &self.audience)
            .field("scope", &self.scope)
            .field("apis", &self.apis)
            .field("session_store", &self.session_store)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
