//! The configuration of the site: variables with the names of nextjs-auth0, validated as a whole.
//!
//! [`Config::from_variables`] reports all problems together, each with its variable and an example.
//! [`VARIABLES`] lists the variables; each is read in the module of its subject.

mod api;
mod apis;
mod base_path;
mod certificate;
mod characters;
mod client;
mod cookies;
mod database_url;
mod dpop;
mod env_files;
mod error;
mod fapi;
mod getters;
mod lengths;
mod login;
mod logout;
mod plain_values;
mod problems;
mod provider;
mod proxies;
pub(crate) mod routes;
mod scope;
mod scope_variable;
mod secret_strength;
mod session;
mod site;
mod timeouts;
mod unknown;
mod variable;
mod variables;

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use secrecy::SecretString;
use url::Url;

#[cfg(not(feature = "postgres"))]
pub(crate) use self::session::POSTGRES_NOT_COMPILED_IN;
#[cfg(not(feature = "redis"))]
pub(crate) use self::session::REDIS_NOT_COMPILED_IN;
#[cfg(not(feature = "sqlite"))]
pub(crate) use self::session::SQLITE_NOT_COMPILED_IN;
pub use self::{
    api::{Api, ApiRegistration},
    apis::{ApiSettings, BrowserAccess, TokenFormat},
    certificate::CertificateFiles,
    client::{ClientAuthentication, ClientCredentials},
    cookies::{CookieSettings, SameSite},
    database_url::DatabaseUrl,
    env_files::EnvFileError,
    error::{ConfigError, ConfigProblem},
    login::AudienceParameter,
    logout::{LogoutParameter, LogoutSettings, LogoutStrategy},
    proxies::RateLimits,
    routes::Routes,
    scope_variable::ScopeVariable,
    secret_strength::{SecretWeakness, WeakSecret},
    session::{SessionLifetime, StoreLocation},
    variable::{API_VARIABLES, ApiVariable, VARIABLES, Variable},
    variables::Variables,
};
pub(crate) use self::{base_path::BasePath, fapi::ALGORITHMS as FAPI_ALGORITHMS};
use crate::{
    authorization::ClaimNames, jwt::Algorithm, provider::Issuer, trusted_proxies::TrustedProxies,
};

/// The settings of the site. A value of this type has passed all checks.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent settings")]
pub struct Config {
    issuer: Issuer,
    provider_internal_url: Option<Url>,
    token_issuer: Option<String>,
    client_id: String,
    client_credentials: ClientCredentials,
    client_authentication: Option<ClientAuthentication>,
    binds_tokens_to_certificate: bool,
    id_token_algorithms: Vec<Algorithm>,
    claim_names: ClaimNames,
    push_authorization_requests: bool,
    accepts_session_transfer: bool,
    dpop: dpop::DpopSettings,
    signs_authorization_requests: bool,
    fapi2: bool,
    secrets: Vec<SecretString>,
    base_url: Url,
    base_path: BasePath,
    audience: Option<String>,
    audience_parameter: AudienceParameter,
    prompt: Option<String>,
    organization: login::OrganizationSettings,
    silent_login: Vec<String>,
    scope: Vec<String>,
    own_scope: Vec<String>,
    apis: BTreeMap<&'static str, ApiSettings>,
    absent_apis: Vec<&'static str>,
    refresh_buffer: Duration,
    session_store: StoreLocation,
    cookie: CookieSettings,
    no_content_profile: bool,
    expose_diagnoses: bool,
    http_timeout: Duration,
    logout: LogoutSettings,
    session_lifetime: SessionLifetime,
    trusted_proxies: TrustedProxies,
    rate_limits: RateLimits,
    routes: Arc<Routes>,
    warnings: Vec<ConfigProblem>,
}

impl Config {
    /// Reads and checks the whole configuration.
    ///
    /// `apis` are the external APIs that the application calls. Use [`Auth0::builder`](crate::Auth0::builder) unless
    /// the configuration is needed on its own.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] lists every problem, not only the first.
    pub fn from_variables(
        variables: &Variables,
        apis: &[ApiRegistration],
    ) -> Result<Self, ConfigError> {
        Self::read(variables, apis, None)
    }

    /// Reads the configuration as [`Self::from_variables`] does, with the paths of the engine's routes.
    #[expect(clippy::too_many_lines, reason = "one statement for each setting")]
    pub(crate) fn read(
        variables: &Variables,
        registrations: &[ApiRegistration],
        routes: Option<&Routes>,
    ) -> Result<Self, ConfigError> {
        let mut problems = problems::Problems::new(variables);
        characters::check(variables, registrations, &mut problems);
        unknown::report(variables, registrations, &mut problems);
        lengths::check(registrations, &mut problems);
        api::check(registrations, &mut problems);

        let issuer = provider::issuer(&mut problems);
        let provider_internal_url = provider::internal_url(&mut problems);
        let token_issuer = provider::token_issuer(&mut problems);
        let client_id = client::client_id(&mut problems);
        let uses_mtls = problems.flag(variable::MTLS, false);
        let client_credentials = client::credentials(&mut problems, uses_mtls);
        let client_authentication = client::client_authentication(&mut problems, uses_mtls);
        let binds_tokens_to_certificate = certificate::binds_tokens(&mut problems, uses_mtls);
        let mut id_token_algorithms = client::id_token_algorithms(&mut problems);
        let claim_names = login::claim_names(&problems);
        let push_authorization_requests = problems.flag(variable::PUSHED_REQUESTS, false);
        let accepts_session_transfer = problems.flag(variable::ACCEPT_SESSION_TRANSFER, false);
        let dpop = dpop::read(&mut problems);
        let signs_authorization_requests = client::signs_requests(&mut problems);
        let secrets = site::secrets(&mut problems);
        let (base_url, base_path) = site::base_url(&mut problems).unzip();
        let base_path = base_path.unwrap_or_default();
        let audience = login::audience(&problems);
        let audience_parameter = login::audience_parameter(&mut problems, issuer.as_ref());
        let prompt = login::prompt(&mut problems);
        let organization = login::organization(&mut problems);
        let silent_login = login::silent_login(&mut problems);
        let apis = apis::read(
            registrations,
            audience.as_deref(),
            apis::TokenBinding {
                dpop: dpop.is_on,
                certificate: binds_tokens_to_certificate,
            },
            &mut problems,
        );
        login::check_resources(&mut problems, audience_parameter, &apis);
        let absent_apis = registrations
            .iter()
            .map(ApiRegistration::prefix)
            .filter(|prefix| !apis.contains_key(prefix))
            .collect();
        let own_scope = login::own_scope(&mut problems);
        let scope = login::scope(&own_scope, audience.as_deref(), audience_parameter, &apis);
        let refresh_buffer = timeouts::refresh_buffer(&mut problems);
        let session_store = session::store(&mut problems);
        let session_lifetime = session::lifetime(&mut problems);
        let trusted_proxies = proxies::trusted_proxies(&mut problems);
        let rate_limits = proxies::rate_limits(&mut problems);
        let cookie = cookies::read(&mut problems, base_url.as_ref(), &base_path);
        let no_content_profile = problems.flag(variable::NO_CONTENT_PROFILE, false);
        let expose_diagnoses = problems.flag(variable::EXPOSE_DIAGNOSES, cfg!(debug_assertions));
        let http_timeout = timeouts::http(&mut problems);
        let routes = routes::read(&mut problems, routes, &base_path);
        let logout = logout::read(&mut problems, base_url.as_ref(), &routes);
        let fapi2 = fapi::read(
            &mut problems,
            &fapi::Settings {
                credentials: client_credentials.as_ref(),
                issuer: issuer.as_ref(),
                internal_url: provider_internal_url.as_ref(),
                base_url: base_url.as_ref(),
                apis: &apis,
                pushes_requests: push_authorization_requests,
                binds_tokens_to_certificate,
            },
            &mut id_token_algorithms,
        );
        if audience.is_none() {
            login::warn_of_missing_audience(&mut problems);
        }
        let warnings = problems.finish()?;

        // A missing required value is a problem, so all of them are present here.
        let (Some(issuer), Some(client_id), Some(client_credentials), Some(base_url)) =
            (issuer, client_id, client_credentials, base_url)
        else {
            return Err(ConfigError::default());
        };
        Ok(Self {
            issuer,
            provider_internal_url,
            token_issuer,
            client_id,
            client_credentials,
            client_authentication,
            binds_tokens_to_certificate,
            id_token_algorithms,
            claim_names,
            push_authorization_requests,
            accepts_session_transfer,
            dpop,
            signs_authorization_requests,
            fapi2,
            secrets,
            base_url,
            base_path,
            audience,
            audience_parameter,
            prompt,
            organization,
            silent_login,
            scope,
            own_scope,
            apis,
            absent_apis,
            refresh_buffer,
            session_store,
            cookie,
            no_content_profile,
            expose_diagnoses,
            http_timeout,
            logout,
            session_lifetime,
            trusted_proxies,
            rate_limits,
            routes: Arc::new(routes),
            warnings,
        })
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
