//! The query parameters of the login route. An allow-list prevents links from changing what a login requests
//! (CVE-2025-67716).

use std::{collections::HashMap, fmt};

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::requirements::{REQUIRE_ACR, required_step_up, requirements};
use crate::{
    authorization_details::AuthorizationDetails,
    config::{Config, Routes},
    grants::SESSION_TRANSFER_PARAMETER,
    return_to::ReturnTo,
    seal::Keyring,
    session::{CurrentUser, authorization_details},
    silent_login::SILENT,
    step_up::StepUp,
};

/// The query parameters that the login route forwards to the provider, as in
/// `/auth/login?screen_hint=signup&returnTo=/welcome`.
///
/// | parameter | meaning |
/// |---|---|
/// | `prompt` | `none`, `login`, `consent`, `select_account` or `create`; replaces `AUTH0_PROMPT` |
/// | `screen_hint` | `signup` shows the registration (Auth0) |
/// | `login_hint` | the user name or e-mail address to fill in |
/// | `connection` | the identity provider or user database (Auth0) |
/// | `organization` | the organization; replaces `AUTH0_ORGANIZATION`; the ID token must confirm it (Auth0) |
/// | `invitation` | the ticket of an invitation (Auth0) |
/// | `ui_locales` | the preferred languages |
/// | `max_age` | the login may be at most this many seconds old; the ID token must prove it |
/// | `acr_values` | the requested authentication context |
///
/// The route also reads `returnTo`, the page of this site to return to; `require_acr`: with `true`, the ID token must
/// name one of `acr_values`, otherwise the login fails; `organization_name` of an invitation, if the link has no
/// `organization`; `silent`: with `true`, the login shows no page; and `iss` and `target_link_uri` of a login that another
/// site initiates (OpenID Connect Core 1.0 §4). With `AUTH0_ACCEPT_SESSION_TRANSFER=true` it forwards
/// `session_transfer_token`. It ignores all other parameters: a link must not change what a login requests (CVE-2025-67716).
/// A parameter that is repeated, malformed or longer than 512 bytes is refused. (OpenID Connect Core 1.0 §3.1.2.1)
pub const LOGIN_PARAMETERS: &[&str] = &[
    "prompt",
    "screen_hint",
    "login_hint",
    "connection",
    "organization",
    "invitation",
    "ui_locales",
    "max_age",
    "acr_values",
];

/// The parameters that the login route reads itself.
const RETURN_TO: &str = "returnTo";
const ORGANIZATION_NAME: &str = "organization_name";
const SESSION_TRANSFER: &str = SESSION_TRANSFER_PARAMETER;
/// Parameters that a restart of the login repeats.
const OWN: &[&str] = &[REQUIRE_ACR, SILENT];

/// Maximum length of a value, in bytes.
const MAX_VALUE: usize = 512;

/// The validated parameters of a login.
#[derive(Clone)]
pub(super) struct LoginParameters {
    pub(super) return_to: ReturnTo,
    pub(super) forwarded: Vec<(&'static str, String)>,
    /// What the ID token must prove.
    pub(super) step_up: Option<StepUp>,
    pub(super) organization: Option<String>,
    /// The authorization details of the link, which the application sealed.
    pub(super) details: Option<AuthorizationDetails>,
    /// A session transfer token. It can be used once, so a restart of the login does not have it.
    session_transfer_token: Option<SecretString>,
    /// Whether the login shows no page, neither of the provider nor of its own.
    pub(super) is_silent: bool,
}

/// Shows the names of the parameters. The values include tickets of invitations and session transfer tokens.
impl fmt::Debug for LoginParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.forwarded.iter().map(|(name, _)| name).collect();
        f.debug_struct("LoginParameters")
            .field("return_to", &self.return_to)
            .field("forwarded", &names)
            .field("step_up", &self.step_up)
            .field("is_silent", &self.is_silent)
            .finish_non_exhaustive()
    }
}

impl LoginParameters {
    /// Adds the authorization details of the query. Only a link that the application made for the session of `user` has
    /// such.
    ///
    /// # Errors
    ///
    /// Returns the name of the parameter if the link is of another session, modified or too old.
    pub(super) fn with_details(
        mut self,
        query: &str,
        user: &CurrentUser,
        keys: &Keyring,
        now: i64,
    ) -> Result<Self, &'static str> {
        const NAME: &str = authorization_details::PARAMETER;
        let mut values =
            url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == NAME);
        let Some((_, sealed)) = values.next() else {
            return Ok(self);
        };
        let (CurrentUser::SignedIn(user), None) = (user, values.next()) else {
            return Err(NAME);
        };
        let details = authorization_details::open(keys, user.login(), now, &sealed);
        self.details = Some(details.ok_or(NAME)?);
        Ok(self)
    }

    /// Parses the query. Unknown parameters are ignored.
    ///
    /// # Errors
    ///
    /// Returns the name of a parameter that is repeated, too long, or malformed.
    pub(super) fn parse(query: &str, routes: &Routes) -> Result<Self, &'static str> {
        let mut given: HashMap<&'static str, String> = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let Some(&known) = LOGIN_PARAMETERS
                .iter()
                .chain(OWN)
                .chain(&[RETURN_TO, ORGANIZATION_NAME, SESSION_TRANSFER])
                .find(|known| **known == name)
            else {
                continue;
            };
            if given.insert(known, value.into_owned()).is_some() {
                return Err(known);
            }
        }
        let return_to = routes.return_to_or_home(given.remove(RETURN_TO).as_deref());
        let named = given.remove(ORGANIZATION_NAME);
        let organization = given.get("organization");
        if organization.is_none_or(String::is_empty)
            && let Some(name) = named
        {
            given.insert("organization", name);
        }
        Self::check(return_to, given)
    }

    fn check(
        return_to: ReturnTo,
        mut given: HashMap<&'static str, String>,
    ) -> Result<Self, &'static str> {
        let step_up = required_step_up(&given)?;
        let is_silent = match given.get(SILENT).map(String::as_str) {
            None => false,
            Some("true") => true,
            Some(_) => return Err(SILENT),
        };
        if is_silent {
            given.insert("prompt", "none".to_owned());
        }
        if let Some(prompt) = given.get("prompt") {
            let words = ["none", "login", "consent", "select_account", "create"];
            if !prompt.split(' ').all(|word| words.contains(&word)) {
                return Err("prompt");
            }
        }
        let organization = given
            .get("organization")
            .filter(|organization| !organization.is_empty())
            .cloned();
        let mut value_of = |name| match given.remove(name).filter(|value| !value.is_empty()) {
            Some(value) if value.len() > MAX_VALUE || value.chars().any(char::is_control) => {
                Err(name)
            }
            value => Ok(value),
        };
        let session_transfer_token = value_of(SESSION_TRANSFER)?.map(SecretString::from);
        let mut forwarded = Vec::new();
        for &name in LOGIN_PARAMETERS {
            forwarded.extend(value_of(name)?.map(|value| (name, value)));
        }
        Ok(Self {
            return_to,
            forwarded,
            step_up,
            organization,
            details: None,
            session_transfer_token,
            is_silent,
        })
    }

    /// Adds `AUTH0_ORGANIZATION` if the link names no organization. If the site requires it, the link cannot replace it.
    #[must_use]
    pub(super) fn with_configured_organization(mut self, config: &Config) -> Self {
        if let Some(configured) = config.organization()
            && (self.organization.is_none() || config.requires_organization())
        {
            self.forwarded.retain(|(name, _)| *name != "organization");
            let configured = configured.to_owned();
            self.forwarded.push(("organization", configured.clone()));
            self.organization = Some(configured);
        }
        self
    }

    /// Returns what the login requires, as [`requirements`] does.
    pub(super) fn requirements(&self) -> Vec<(&'static str, String)> {
        requirements(self.step_up.as_ref(), self.organization.as_deref())
    }

    fn requires_acr(&self) -> bool {
        self.step_up
            .as_ref()
            .is_some_and(|step_up| !step_up.acr_values().is_empty())
    }

    /// Returns the parameters for the provider. A required `acr` is requested as an essential claim, if the provider
    /// supports the `claims` parameter: `acr_values` alone is voluntary (OpenID Connect Core 1.0 §5.5.1.1).
    pub(super) fn for_provider(&self, supports_claims: bool) -> Vec<(&'static str, String)> {
        let mut parameters = self.forwarded_for(supports_claims);
        if let Some(details) = &self.details {
            parameters.push((authorization_details::PARAMETER, details.parameter()));
        }
        parameters
    }

    fn forwarded_for(&self, supports_claims: bool) -> Vec<(&'static str, String)> {
        if !supports_claims || !self.requires_acr() {
            return self.forwarded.clone();
        }
        let values = self.step_up.as_ref().map(StepUp::acr_values);
        let claims = json!({ "id_token": { "acr": { "essential": true, "values": values } } });
        // Not both: OpenID Connect Core 1.0 §5.5.1.1 leaves that unspecified.
        let others = self
            .forwarded
            .iter()
            .filter(|(name, _)| *name != "acr_values");
        let claims = ("claims", claims.to_string());
        others.cloned().chain([claims]).collect()
    }

    /// Takes the session transfer token, as a parameter for the provider.
    pub(super) fn take_session_transfer(&mut self) -> Option<(&'static str, String)> {
        let token = self.session_transfer_token.take()?;
        Some((SESSION_TRANSFER, token.expose_secret().to_owned()))
    }

    /// Returns the parameters for a restart of the login, or `None` if they exceed `limit` bytes.
    pub(super) fn to_pairs(&self, limit: usize) -> Option<Vec<(String, String)>> {
        let bytes = |(name, value): &(&str, String)| name.len() + value.len();
        // The details are in the transaction, which was lost: the user follows the link again.
        if self.details.is_some() {
            return None;
        }
        let total: usize = self.forwarded.iter().map(bytes).sum();
        let owned = |(name, value): &(&str, String)| ((*name).to_owned(), value.clone());
        let own = [(REQUIRE_ACR, self.requires_acr()), (SILENT, self.is_silent)];
        let own = own.into_iter().filter(|(_, is_set)| *is_set);
        (total <= limit).then(|| {
            let forwarded = self.forwarded.iter().map(owned);
            forwarded
                .chain(own.map(|(name, _)| (name.to_owned(), "true".to_owned())))
                .collect()
        })
    }

    /// Parses the result of [`Self::to_pairs`]. Returns `None` if this version rejects the parameters.
    pub(super) fn from_pairs(return_to: ReturnTo, pairs: &[(String, String)]) -> Option<Self> {
        let known = |(name, value): &(String, String)| {
            let mut names = LOGIN_PARAMETERS.iter().chain(OWN);
            let name = names.find(|known| *known == name)?;
            Some((*name, value.clone()))
        };
        let given = pairs.iter().map(known).collect::<Option<_>>()?;
        Self::check(return_to, given).ok()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
