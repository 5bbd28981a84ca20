//! The query parameters of the login route. An allow-list prevents links from changing what a login requests
//! (CVE-2025-67716).

use std::{collections::HashMap, time::Duration};

use serde_json::json;

use crate::{
    authorization_details::AuthorizationDetails,
    config::{Config, Routes},
    grants::SESSION_TRANSFER_PARAMETER,
    return_to::ReturnTo,
    seal::Keyring,
    session::{CurrentUser, authorization_details},
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
/// name one of `acr_values`, otherwise the login fails; and `organization_name` of an invitation, if the link has no
/// `organization`. With `AUTH0_ACCEPT_SESSION_TRANSFER=true` it forwards `session_transfer_token`. It ignores all other
/// parameters: a link must not change what a login requests (CVE-2025-67716). A parameter that is repeated, malformed or
/// longer than 512 bytes is refused. (OpenID Connect Core 1.0 §3.1.2.1)
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
const REQUIRE_ACR: &str = "require_acr";
const ORGANIZATION_NAME: &str = "organization_name";
const SESSION_TRANSFER: &str = SESSION_TRANSFER_PARAMETER;

/// Maximum length of a value, in bytes.
const MAX_VALUE: usize = 512;

/// The validated parameters of a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LoginParameters {
    pub(super) return_to: ReturnTo,
    pub(super) forwarded: Vec<(&'static str, String)>,
    /// What the ID token must prove.
    pub(super) step_up: Option<StepUp>,
    pub(super) organization: Option<String>,
    /// The authorization details of the link, which the application sealed.
    pub(super) details: Option<AuthorizationDetails>,
    /// A session transfer token. It can be used once, so a restart of the login does not have it.
    pub(super) session_transfer_token: Option<String>,
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
                .chain(&[RETURN_TO, REQUIRE_ACR, ORGANIZATION_NAME, SESSION_TRANSFER])
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
        let session_transfer_token = value_of(SESSION_TRANSFER)?;
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
        Some((SESSION_TRANSFER, token))
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
        let require_acr = (REQUIRE_ACR.to_owned(), "true".to_owned());
        (total <= limit).then(|| {
            let forwarded = self.forwarded.iter().map(owned);
            forwarded
                .chain(self.requires_acr().then_some(require_acr))
                .collect()
        })
    }

    /// Parses the result of [`Self::to_pairs`]. Returns `None` if this version rejects the parameters.
    pub(super) fn from_pairs(return_to: ReturnTo, pairs: &[(String, String)]) -> Option<Self> {
        let known = |(name, value): &(String, String)| {
            let mut names = LOGIN_PARAMETERS.iter().chain(&[REQUIRE_ACR]);
            let name = names.find(|known| *known == name)?;
            Some((*name, value.clone()))
        };
        let given = pairs.iter().map(known).collect::<Option<_>>()?;
        Self::check(return_to, given).ok()
    }
}

/// Returns what the ID token must prove: the age of the login, and `acr` if it is required.
fn required_step_up(given: &HashMap<&'static str, String>) -> Result<Option<StepUp>, &'static str> {
    let max_age = match given.get("max_age") {
        Some(text) => Some(text.parse::<u32>().map_err(|_| "max_age")?),
        None => None,
    };
    let recent = max_age.map(|seconds| StepUp::recent_auth(Duration::from_secs(seconds.into())));
    let acr = match given.get(REQUIRE_ACR).map(String::as_str) {
        Some("true") => {
            let values = given.get("acr_values").ok_or(REQUIRE_ACR)?;
            let values: Vec<_> = values.split_ascii_whitespace().collect();
            (!values.is_empty())
                .then(|| StepUp::acr(values))
                .ok_or("acr_values")?
                .into()
        }
        Some(_) => return Err(REQUIRE_ACR),
        None => None,
    };
    Ok(match (recent, acr) {
        (Some(recent), Some(acr)) => Some(recent.and(acr)),
        (recent, acr) => recent.or(acr),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<LoginParameters, &'static str> {
        LoginParameters::parse(query, &Routes::default())
    }

    #[test]
    fn listed_parameters_are_forwarded_and_others_are_ignored() {
        let query = "returnTo=%2Fa&login_hint=alice&client_id=evil&redirect_uri=x&scope=y&state=z&audience=w&max_age=60";
        let parameters = parse(query).unwrap();
        assert_eq!(parameters.return_to.as_str(), "/a");
        assert_eq!(
            parameters.forwarded,
            [
                ("login_hint", "alice".to_owned()),
                ("max_age", "60".to_owned())
            ]
        );
        let recent = StepUp::recent_auth(Duration::from_mins(1));
        assert_eq!(parameters.step_up, Some(recent));
    }

    #[test]
    fn malformed_and_repeated_parameters_are_errors_with_the_name() {
        for (query, name) in [
            ("max_age=-1", "max_age"),
            ("max_age=abc", "max_age"),
            ("max_age=1&max_age=2", "max_age"),
            ("require_acr=true", "require_acr"),
            ("acr_values=a&require_acr=1", "require_acr"),
            ("acr_values=+&require_acr=true", "acr_values"),
            ("prompt=evil", "prompt"),
            ("login_hint=a%0d%0ab", "login_hint"),
            ("returnTo=/a&returnTo=/b", "returnTo"),
        ] {
            assert_eq!(parse(query), Err(name), "{query}");
        }
        let long = format!("login_hint={}", "a".repeat(MAX_VALUE + 1));
        assert_eq!(parse(&long), Err("login_hint"));
    }

    #[test]
    fn a_required_acr_is_an_essential_claim_if_the_provider_supports_it() {
        let required = parse("acr_values=a+b&require_acr=true&max_age=5").unwrap();
        let both = StepUp::recent_auth(Duration::from_secs(5)).and(StepUp::acr(["a", "b"]));
        assert_eq!(required.step_up, Some(both));
        let max_age = ("max_age", "5".to_owned());
        let values = ("acr_values", "a b".to_owned());
        assert_eq!(required.for_provider(false), [max_age.clone(), values]);
        let claims = r#"{"id_token":{"acr":{"essential":true,"values":["a","b"]}}}"#;
        assert_eq!(
            required.for_provider(true),
            [max_age, ("claims", claims.to_owned())]
        );
        let voluntary = parse("acr_values=a").unwrap();
        assert_eq!(voluntary.step_up, None);
        assert_eq!(
            voluntary.for_provider(true),
            [("acr_values", "a".to_owned())]
        );
    }

    #[test]
    fn parameters_inside_the_return_path_are_kept_there() {
        let parameters = parse("returnTo=%2Fa%3Fscope%3Dx%26client_id%3Dy").unwrap();
        assert_eq!(parameters.return_to.as_str(), "/a?scope=x&client_id=y");
        assert_eq!(parameters.forwarded, []);
    }

    #[test]
    fn a_restart_has_the_same_parameters_or_does_not_happen() {
        for query in [
            "",
            "max_age=0&organization=A",
            "max_age=0&acr_values=a+b&require_acr=true",
            "prompt=none&login_hint=alice%40example.com",
            "connection=google&screen_hint=signup&acr_values=a%20b&ui_locales=de",
        ] {
            let parameters = parse(query).unwrap();
            let pairs = parameters.to_pairs(512).unwrap();
            let again = LoginParameters::from_pairs(parameters.return_to.clone(), &pairs);
            assert_eq!(again, Some(parameters), "{query}");
        }
        let long = format!("max_age=0&login_hint={}", "a".repeat(500));
        let long = parse(&long).unwrap();
        assert_eq!(long.to_pairs(512), None);
        for (name, value) in [("client_id", "evil"), ("max_age", "x"), ("prompt", "evil")] {
            let pairs = [(name.to_owned(), value.to_owned())];
            let again = LoginParameters::from_pairs(ReturnTo::home(), &pairs);
            assert_eq!(again, None, "{name}");
        }
    }

    #[test]
    fn a_return_path_of_another_site_becomes_the_start_page() {
        let parameters = parse("returnTo=https%3A%2F%2Fevil.example").unwrap();
        assert_eq!(parameters.return_to, ReturnTo::home());
    }
}
