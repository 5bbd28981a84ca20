//! The configuration of a tenant: applications, APIs, users, lifetimes.

mod api;
mod application;
mod mutual_tls;
mod organization;
mod public_key;
mod site_variables;
mod user;
mod validation;

use std::{path::PathBuf, sync::Arc, time::Duration};

use url::Url;

pub(crate) use self::application::EXCHANGE_PROFILE;
pub use self::{
    api::{ApiSettings, ApplicationAccess, TokenSigning},
    application::{ApplicationSettings, OtherGrant, ResourcePolicy},
    mutual_tls::{CertificateError, MutualTlsSettings, RegisteredCertificate},
    organization::{OrganizationSettings, OrganizationUsage},
    public_key::{PublicKey, PublicKeyError},
    user::UserSettings,
};
use crate::clock::{Clock, SystemClock};

/// The configuration for [`Tenant::open`](crate::Tenant::open).
///
/// Each start writes the applications, APIs and users to the database and deletes those that are no longer configured. Keys,
/// logins and grants remain.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, as in Auth0's dashboard"
)]
pub struct Settings {
    /// The issuer identifier. It ends with a slash, like Auth0's, and its host is a loopback host.
    pub issuer: Url,
    /// Where keys, logins and grants are stored.
    pub database: Database,
    /// The applications that may log users in.
    pub applications: Vec<ApplicationSettings>,
    /// The APIs for which access tokens can be issued.
    pub apis: Vec<ApiSettings>,
    /// The users who can log in.
    pub users: Vec<UserSettings>,
    /// The organizations.
    pub organizations: Vec<OrganizationSettings>,
    /// Whether every login needs one.
    pub organization_usage: OrganizationUsage,
    /// Whether the login page has a button for each user that logs in without the password. For users whose password is no
    /// secret.
    pub one_click_login: bool,
    /// Whether every login requires a second factor. The dashboard can change it until the next start.
    pub require_second_factor: bool,
    /// Whether a user without a second factor can set one up in a login that requires it.
    pub second_factor_enrollment: bool,
    /// The namespace of the claims `roles` and `permissions` of the user. At Auth0, an Action adds such claims.
    pub claims_namespace: String,
    /// The lifetime of an access token. Auth0: 24 hours.
    pub access_token_lifetime: Duration,
    /// The lifetime of an ID token. Auth0: 10 hours.
    pub id_token_lifetime: Duration,
    /// The idle lifetime of a refresh token: it expires after this time without a refresh. Auth0: 15 days.
    pub refresh_token_idle: Duration,
    /// The absolute lifetime of a refresh token and its successors. Auth0: 30 days.
    pub refresh_token_lifetime: Duration,
    /// Refresh token rotation: each refresh consumes the token and returns a new one; reuse of a consumed token revokes the
    /// family.
    pub rotation: bool,
    /// How long a consumed refresh token is still accepted (Auth0: *Rotation Overlap Period*, 0 by default).
    pub refresh_leeway: Duration,
    /// The tenant setting *Resource Parameter Compatibility Profile*: whether `resource` (RFC 8707) is treated as `audience`.
    /// If `false`, Auth0's default, `resource` is ignored and the access token is opaque.
    pub resource_parameter: bool,
    /// The tenant setting *Default Audience* (Settings > General > API Authorization Settings): the API of a login without
    /// `audience`. If `None`, Auth0's default, the access token of such a login is opaque.
    pub default_audience: Option<String>,
    /// The types of `authorization_details` (RFC 9396) that the tenant grants. Auth0: *Authorization Details Types* of an API.
    pub authorization_detail_types: Vec<String>,
    /// The `iss` claim of access tokens if it differs from `issuer`, as for a tenant that has a custom domain and its own.
    pub access_token_issuer: Option<Url>,
    /// Whether access tokens are bound to the key of a `DPoP` proof (RFC 9449).
    pub dpop: DpopProofs,
    /// A TLS listener for client certificates. If `None`, the tenant serves plain HTTP only.
    pub mutual_tls: Option<MutualTlsSettings>,
    /// Whether authorization requests must be pushed (RFC 9126 §5). The dashboard can change it until the next start.
    pub require_pushed_authorization_requests: bool,
    /// The algorithm of the tenant's signatures.
    pub signing_algorithm: SigningAlgorithm,
    /// A delay between the consumption of a refresh token and the response, for tests. Any request times out after 30 seconds.
    pub refresh_delay: Duration,
    /// The minimum time between two polls of a login on another device (CIBA).
    pub backchannel_interval: Duration,
    /// The time source.
    pub clock: Arc<dyn Clock>,
}

/// What the tenant does with `DPoP` proofs (RFC 9449).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DpopProofs {
    /// They are ignored: all access tokens are bearer tokens.
    Ignored,
    /// An access token is bound to the key of the proof, if the request has one.
    Accepted,
    /// The same; a proof needs a nonce of the tenant (RFC 9449 §8).
    WithNonce,
}

/// The algorithm of ID tokens, logout tokens and the access tokens that have no secret of their API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningAlgorithm {
    /// Auth0's default.
    Rs256,
    /// One that the FAPI 2.0 Security Profile allows.
    Ps256,
}

impl SigningAlgorithm {
    /// Returns the value of `alg`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }
}

/// Where the tenant stores its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// In memory, for the lifetime of the process.
    Memory,
    /// In this `SQLite` file, which is created if it does not exist.
    File(PathBuf),
}

impl Settings {
    /// Returns the tenant of the sample: the application `leptos-auth0-sample`, the products API, the users Alice and
    /// Bob, and two organizations.
    ///
    /// - `issuer`: the URL of the tenant, with a trailing slash.
    /// - `app_base_url`: the URL of the site; callback and logout URLs are derived from it.
    /// - `client_secret`: the secret that the site presents.
    pub fn local(issuer: Url, app_base_url: &Url, client_secret: &str) -> Self {
        Self {
            issuer,
            database: Database::Memory,
            applications: vec![ApplicationSettings::local(app_base_url, client_secret)],
            apis: vec![ApiSettings::products()],
            users: vec![
                UserSettings {
                    roles: vec!["manager".to_owned()],
                    ..UserSettings::local("alice", "Alice", "Example")
                },
                UserSettings::local("bob", "Bob", "Example"),
            ],
            organizations: OrganizationSettings::local(),
            organization_usage: OrganizationUsage::default(),
            one_click_login: true,
            require_second_factor: false,
            second_factor_enrollment: true,
            claims_namespace: "https://leptos-auth0.example/".to_owned(),
            access_token_lifetime: Duration::from_hours(24),
            id_token_lifetime: Duration::from_hours(10),
            refresh_token_idle: Duration::from_hours(15 * 24),
            refresh_token_lifetime: Duration::from_hours(30 * 24),
            rotation: true,
            refresh_leeway: Duration::ZERO,
            resource_parameter: false,
            default_audience: None,
            authorization_detail_types: vec!["payment_initiation".to_owned()],
            access_token_issuer: None,
            dpop: DpopProofs::Accepted,
            mutual_tls: None,
            require_pushed_authorization_requests: false,
            signing_algorithm: SigningAlgorithm::Rs256,
            refresh_delay: Duration::ZERO,
            backchannel_interval: Duration::from_secs(5),
            clock: Arc::new(SystemClock),
        }
    }

    /// Adds the users `user-1@example.com` to `user-{count}@example.com`, for tests with many users.
    #[must_use]
    pub fn with_users(mut self, count: u32) -> Self {
        let names = (1..=count).map(|number| format!("user-{number}"));
        self.users
            .extend(names.map(|login| UserSettings::local(&login, "User", "Example")));
        self
    }

    /// Adds the orders API of the sample and allows the refresh tokens of all applications for it.
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
