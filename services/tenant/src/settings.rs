//! What the tenant knows before it starts: applications, APIs, users, lifetimes.

mod api;

use std::{path::PathBuf, sync::Arc, time::Duration};

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

pub use self::api::{ApiSettings, ApplicationAccess, TokenSigning};
use crate::clock::{Clock, SystemClock};

/// Everything that [`Tenant::open`](crate::Tenant::open) needs.
///
/// Applications, APIs and users are written into the database at each start, and those that are no longer here leave it: the
/// database follows the settings, while keys, logins and grants stay.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The issuer identifier. It ends with a slash, as Auth0's does, and its host is this machine.
    pub issuer: Url,
    /// Where keys, logins and grants are kept.
    pub database: Database,
    /// The applications that may log users in.
    pub applications: Vec<ApplicationSettings>,
    /// The APIs that access tokens can be issued for.
    pub apis: Vec<ApiSettings>,
    /// The users who can log in.
    pub users: Vec<UserSettings>,
    /// How long an access token is accepted. Auth0: 24 hours.
    pub access_token_lifetime: Duration,
    /// How long an ID token is valid. Auth0: 10 hours.
    pub id_token_lifetime: Duration,
    /// After how long without a refresh a refresh token ends. Auth0: 15 days.
    pub refresh_token_idle: Duration,
    /// After how long a refresh token and its successors end in any case. Auth0: 30 days.
    pub refresh_token_lifetime: Duration,
    /// Refresh token rotation: each refresh consumes the token and answers with a new one; a reused token ends the whole family.
    pub rotation: bool,
    /// How long after its use a consumed refresh token is still accepted (Auth0: *Rotation Overlap Period*, 0 by default).
    pub refresh_leeway: Duration,
    /// The tenant setting *Resource Parameter Compatibility Profile*: whether `resource` (RFC 8707) is taken as `audience`.
    /// Off, as at Auth0: `resource` is ignored and the access token is opaque.
    pub resource_parameter: bool,
    /// The tenant setting *Default Audience* (Settings > General > API Authorization Settings): for which API the tokens of a login
    /// without `audience` are. None, as at Auth0: they are opaque.
    pub default_audience: Option<String>,
    /// The issuer that access tokens name, where it is not `issuer`: that of a tenant which is reached by its custom domain and by its own.
    pub access_token_issuer: Option<Url>,
    /// How long the answer of a refresh is held back once the refresh token is consumed, for tests of what happens in between.
    /// The tenant gives up on any request after 30 seconds.
    pub refresh_delay: Duration,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
}

/// Where the tenant keeps its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// In memory; gone with the process.
    Memory,
    /// In this `SQLite` file, which is made if it does not exist.
    File(PathBuf),
}

/// An application of the tenant: a *Regular Web Application* in Auth0's words.
#[derive(Clone, Debug)]
pub struct ApplicationSettings {
    /// Client ID.
    pub client_id: String,
    /// Client secret, accepted by `client_secret_post` and `client_secret_basic`.
    pub client_secret: SecretString,
    /// The name that the login page shows.
    pub name: String,
    /// *Allowed Callback URLs*, compared character by character.
    pub callback_urls: Vec<String>,
    /// *Allowed Logout URLs*.
    pub logout_urls: Vec<String>,
    /// Further origins to which a browser may be sent after a login form, where a callback URL redirects on.
    pub origins: Vec<String>,
    /// Where a logout token is posted when a session ends (OpenID Connect Back-Channel Logout 1.0).
    pub backchannel_logout_url: Option<Url>,
    /// Whether the application may use the grant `refresh_token`.
    pub refresh_tokens: bool,
    /// For which APIs beside the first one the application's refresh tokens are good (Auth0: multi-resource refresh tokens).
    pub multi_resource: Vec<ResourcePolicy>,
}

/// One API that an application's refresh tokens are good for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourcePolicy {
    /// The API's identifier.
    pub audience: String,
    /// The scopes that a refresh may ask for.
    pub scopes: Vec<String>,
}

/// A user of the tenant.
#[derive(Clone, Debug)]
pub struct UserSettings {
    /// The stable identifier, `auth0|…`.
    pub sub: String,
    /// The e-mail address, which is what the user logs in with.
    pub email: String,
    /// The password; stored as an Argon2 hash.
    pub password: SecretString,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Which scopes of the APIs the user has (Auth0: *Enable RBAC*). None: all of them. Others are dropped, without a word.
    pub permissions: Option<Vec<String>>,
}

impl Settings {
    /// The tenant of the sample: the application `leptos-auth0-sample`, the products API, and the users Alice and Bob.
    ///
    /// - `issuer`: where the tenant is reached, with a trailing slash.
    /// - `app_base_url`: where the site is reached; callback and logout URLs follow from it.
    /// - `client_secret`: the secret that the site presents.
    pub fn local(issuer: Url, app_base_url: &Url, client_secret: &str) -> Self {
        Self {
            issuer,
            database: Database::Memory,
            applications: vec![ApplicationSettings::local(app_base_url, client_secret)],
            apis: vec![ApiSettings::products()],
            users: vec![
                UserSettings::local("alice", "Alice", "Example"),
                UserSettings::local("bob", "Bob", "Example"),
            ],
            access_token_lifetime: Duration::from_hours(24),
            id_token_lifetime: Duration::from_hours(10),
            refresh_token_idle: Duration::from_hours(15 * 24),
            refresh_token_lifetime: Duration::from_hours(30 * 24),
            rotation: true,
            refresh_leeway: Duration::ZERO,
            resource_parameter: false,
            default_audience: None,
            access_token_issuer: None,
            refresh_delay: Duration::ZERO,
            clock: Arc::new(SystemClock),
        }
    }

    /// The same tenant with the orders API of the sample, which the refresh tokens of all its applications are good for.
    #[must_use]
    pub fn with_orders(mut self) -> Self {
        let orders = ApiSettings::orders();
        for application in &mut self.applications {
            application.multi_resource.push(ResourcePolicy {
                audience: orders.identifier.clone(),
                scopes: orders.scopes.clone(),
            });
        }
        self.apis.push(orders);
        self
    }
}

impl ApplicationSettings {
    fn local(app_base_url: &Url, client_secret: &str) -> Self {
        let base = app_base_url.as_str().trim_end_matches('/');
        Self {
            client_id: "leptos-auth0-sample".to_owned(),
            client_secret: client_secret.into(),
            name: "Leptos Auth0 sample".to_owned(),
            callback_urls: vec![format!("{base}/auth/callback")],
            logout_urls: vec![
                format!("{base}/signed-out"),
                format!("{base}/"),
                base.to_owned(),
            ],
            origins: vec![app_base_url.origin().ascii_serialization()],
            backchannel_logout_url: None,
            refresh_tokens: true,
            multi_resource: Vec::new(),
        }
    }
}

impl UserSettings {
    fn local(login: &str, given_name: &str, family_name: &str) -> Self {
        Self {
            sub: format!("auth0|{login}"),
            email: format!("{login}@example.com"),
            password: "local-only".into(),
            given_name: given_name.to_owned(),
            family_name: family_name.to_owned(),
            permissions: None,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn callback_and_logout_urls_follow_from_the_base_url() {
        for base in ["http://localhost:3000", "http://localhost:3000/"] {
            let settings = Settings::local(
                Url::parse("http://127.0.0.1:4000/").unwrap(),
                &Url::parse(base).unwrap(),
                "hush",
            );
            let application = &settings.applications[0];
            assert_eq!(
                application.callback_urls,
                ["http://localhost:3000/auth/callback"]
            );
            assert!(
                application
                    .logout_urls
                    .contains(&"http://localhost:3000/signed-out".to_owned())
            );
            assert_eq!(application.origins, ["http://localhost:3000"]);
        }
    }

    #[test]
    fn debug_shows_neither_the_client_secret_nor_passwords() {
        let settings = Settings::local(
            Url::parse("http://127.0.0.1:4000/").unwrap(),
            &Url::parse("http://localhost:3000").unwrap(),
            "canary-secret",
        );
        let shown = format!("{settings:?}");
        assert!(!shown.contains("canary-secret"));
        assert!(!shown.contains("local-only"));
    }
}
