//! Users.

use secrecy::SecretString;

/// A user of the tenant.
#[derive(Clone, Debug)]
pub struct UserSettings {
    /// The stable identifier, `auth0|…`.
    pub sub: String,
    /// The email address, which is also the username.
    pub email: String,
    /// The password; stored as an Argon2 hash.
    pub password: SecretString,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// The API scopes that the user has (Auth0: *Enable RBAC*). Other API scopes are dropped silently. `None` permits all.
    pub permissions: Option<Vec<String>>,
    /// The connections of services that the user has connected (Auth0: *Connected Accounts*).
    pub connections: Vec<String>,
    /// The roles, which tokens contain in [`Settings::claims_namespace`](crate::Settings::claims_namespace).
    pub roles: Vec<String>,
    /// Whether the user has a second factor: one-time passwords (RFC 6238), which the dashboard shows. Once the user has set one
    /// up, or the dashboard has removed it, the setting has no effect.
    pub second_factor: bool,
}

impl UserSettings {
    /// Returns a user of the sample with the email address `{login}@example.com`.
    pub(super) fn local(login: &str, given_name: &str, family_name: &str) -> Self {
        Self {
            sub: format!("auth0|{login}"),
            email: format!("{login}@example.com"),
            password: "local-only".into(),
            given_name: given_name.to_owned(),
            family_name: family_name.to_owned(),
            permissions: None,
            connections: vec!["google-oauth2".to_owned()],
            roles: Vec::new(),
            second_factor: true,
        }
    }
}
