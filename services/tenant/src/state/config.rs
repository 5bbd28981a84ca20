//! The part of the settings that requests read.

use std::{collections::BTreeMap, time::Duration};

use crate::settings::{
    DpopProofs, OrganizationSettings, OrganizationUsage, Settings, SigningAlgorithm,
};

/// The settings that do not change after the tenant has started.
#[expect(clippy::struct_excessive_bools, reason = "independent settings")]
pub(crate) struct Config {
    /// The issuer identifier, with its trailing slash.
    pub(crate) issuer: String,
    /// The `iss` claim of access tokens.
    pub(crate) access_token_issuer: String,
    pub(crate) lifetimes: Lifetimes,
    /// Whether refresh tokens rotate.
    pub(crate) rotation: bool,
    /// Whether `resource` is treated as `audience`.
    pub(crate) resource_parameter: bool,
    pub(crate) default_audience: Option<String>,
    /// The types of `authorization_details` that can be granted.
    pub(crate) authorization_detail_types: Vec<String>,
    /// Whether users can log in without a password.
    pub(crate) one_click_login: bool,
    /// Whether users can set up a second factor.
    pub(crate) second_factor_enrollment: bool,
    pub(crate) refresh_delay: Duration,
    /// The minimum time between two polls of a login on another device, in seconds.
    pub(crate) backchannel_interval: i64,
    /// The connections of each user, by `sub`.
    pub(crate) connections: BTreeMap<String, Vec<String>>,
    pub(crate) dpop: DpopProofs,
    pub(crate) signing_algorithm: SigningAlgorithm,
    pub(crate) claims_namespace: String,
    pub(crate) organizations: Vec<OrganizationSettings>,
    pub(crate) organization_usage: OrganizationUsage,
}

/// Lifetimes in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetimes {
    pub(crate) access_token: i64,
    pub(crate) id_token: i64,
    pub(crate) refresh_token_idle: i64,
    pub(crate) refresh_token: i64,
    pub(crate) refresh_leeway: i64,
}

impl Lifetimes {
    /// The minimum lifetime of a grant: that of its code.
    const MIN_GRANT: i64 = 60;

    /// Returns the lifetime of a grant with these scopes.
    pub(crate) fn grant(&self, scopes: &[String]) -> i64 {
        let offline = scopes.iter().any(|scope| scope == "offline_access");
        if offline { self.refresh_token } else { 0 }
            .max(self.access_token)
            .max(Self::MIN_GRANT)
    }
}

impl Config {
    /// Returns the URL of the endpoint at `path`, which has no leading slash.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// Returns whether the settings have this user, whose password is then no secret.
    pub(crate) fn is_configured_user(&self, sub: &str) -> bool {
        self.connections.contains_key(sub)
    }

    /// Returns the audience of access tokens that `/userinfo` accepts.
    pub(crate) fn userinfo_audience(&self) -> String {
        self.url("userinfo")
    }
}

impl From<&Settings> for Config {
    fn from(settings: &Settings) -> Self {
        let access_token_issuer = settings.access_token_issuer.as_ref();
        Self {
            issuer: settings.issuer.as_str().to_owned(),
            access_token_issuer: access_token_issuer
                .unwrap_or(&settings.issuer)
                .as_str()
                .to_owned(),
            lifetimes: Lifetimes {
                access_token: seconds(settings.access_token_lifetime),
                id_token: seconds(settings.id_token_lifetime),
                refresh_token_idle: seconds(settings.refresh_token_idle),
                refresh_token: seconds(settings.refresh_token_lifetime),
                refresh_leeway: seconds(settings.refresh_leeway),
            },
            rotation: settings.rotation,
            resource_parameter: settings.resource_parameter,
            default_audience: settings.default_audience.clone(),
            authorization_detail_types: settings.authorization_detail_types.clone(),
            one_click_login: settings.one_click_login,
            second_factor_enrollment: settings.second_factor_enrollment,
            refresh_delay: settings.refresh_delay,
            backchannel_interval: seconds(settings.backchannel_interval),
            connections: settings
                .users
                .iter()
                .map(|user| (user.sub.clone(), user.connections.clone()))
                .collect(),
            dpop: settings.dpop,
            signing_algorithm: settings.signing_algorithm,
            claims_namespace: settings.claims_namespace.clone(),
            organizations: settings.organizations.clone(),
            organization_usage: settings.organization_usage,
        }
    }
}

fn seconds(duration: Duration) -> i64 {
    // A limit of 100 years leaves room for additions to a point in time.
    const MAX_SECONDS: u64 = 100 * 365 * 24 * 60 * 60;
    i64::try_from(duration.as_secs().min(MAX_SECONDS)).unwrap_or(i64::MAX / 4)
}
