//! The parts of a login request: the API, the parameter that names it, and the scopes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{ApiSettings, problems::Problems, scope::split_scope, variable};
use crate::{authorization::ClaimNames, provider::Issuer};

/// The request parameter that names the API a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AudienceParameter {
    /// `audience`, used by Auth0.
    Audience,
    /// `resource` (RFC 8707 §2).
    Resource,
}

const DEFAULT_SCOPE: &str = "openid profile email offline_access";

pub(super) fn audience(problems: &Problems<'_>) -> Option<String> {
    problems.get(variable::AUDIENCE).map(str::to_owned)
}

/// The organization of the site.
#[derive(Clone, Debug)]
pub(super) struct OrganizationSettings {
    pub(super) default: Option<String>,
    pub(super) is_required: bool,
}

pub(super) fn organization(problems: &mut Problems<'_>) -> OrganizationSettings {
    OrganizationSettings {
        default: problems.get(variable::ORGANIZATION).map(str::to_owned),
        is_required: problems.flag(variable::ORGANIZATION_REQUIRED, false),
    }
}

pub(super) fn claim_names(problems: &Problems<'_>) -> ClaimNames {
    let name = |variable| problems.get(variable).map(str::to_owned);
    ClaimNames {
        roles: name(variable::ROLES_CLAIM),
        permissions: name(variable::PERMISSIONS_CLAIM),
    }
}

/// Reads `AUTH0_SILENT_LOGIN`.
pub(super) fn silent_login(problems: &mut Problems<'_>) -> Vec<String> {
    let pages: Vec<_> = split_scope(problems.get(variable::SILENT_LOGIN).unwrap_or_default());
    if let Some(page) = pages.iter().find(|page| !page.starts_with('/')) {
        let problem = format!("must be paths of this site, not `{page}`");
        problems.add(variable::SILENT_LOGIN, problem);
    }
    pages
}

/// A site without APIs is a valid site, so a missing audience is no problem.
pub(super) fn warn_of_missing_audience(problems: &mut Problems<'_>) {
    problems.warn(
        variable::AUDIENCE.name,
        "is not set: users can log in, but no API will accept their access token (it is opaque, not a JWT). Set \
         AUTH0_AUDIENCE to the Identifier of your API (Auth0 dashboard > Applications > APIs).",
        format!("{}={}", variable::AUDIENCE.name, variable::AUDIENCE.example),
    );
}

/// Returns whether `audience` is an absolute URI without a fragment (RFC 8707 §2).
fn is_resource(audience: &str) -> bool {
    Url::parse(audience).is_ok_and(|url| url.fragment().is_none())
}

/// Checks that every audience can be sent as `resource`, if that is the parameter in use.
pub(super) fn check_resources(
    problems: &mut Problems<'_>,
    parameter: AudienceParameter,
    apis: &BTreeMap<&'static str, ApiSettings>,
) {
    if parameter == AudienceParameter::Audience {
        return;
    }
    let login = problems
        .get(variable::AUDIENCE)
        .map(|audience| ("AUTH0_AUDIENCE", audience));
    let own = apis
        .values()
        .filter(|api| api.audience_variable != "AUTH0_AUDIENCE")
        .filter_map(|api| Some((api.audience_variable.as_str(), api.audience.as_deref()?)));
    for (variable, audience) in login.into_iter().chain(own) {
        if !is_resource(audience) {
            problems.add_named(
                variable,
                "must be an absolute URI without a fragment if AUTH0_AUDIENCE_PARAMETER is resource (RFC 8707)",
                format!("{variable}=https://api.example.com"),
            );
        }
    }
}

/// Reads `AUTH0_AUDIENCE_PARAMETER`. Auth0 uses `audience`; providers that follow the standard use `resource`.
pub(super) fn audience_parameter(
    problems: &mut Problems<'_>,
    issuer: Option<&Issuer>,
) -> AudienceParameter {
    let audience = problems.get(variable::AUDIENCE);
    match problems.get(variable::AUDIENCE_PARAMETER) {
        // Without an explicit setting, an audience that cannot be sent as `resource` is sent as `audience`.
        None if issuer.is_some_and(|issuer| !issuer.has_auth0_form())
            && audience.is_some_and(is_resource) =>
        {
            AudienceParameter::Resource
        }
        None | Some("audience") => AudienceParameter::Audience,
        Some("resource") => AudienceParameter::Resource,
        Some(other) => {
            let problem = format!("must be audience (Auth0) or resource (RFC 8707), not `{other}`");
            problems.add(variable::AUDIENCE_PARAMETER, problem);
            AudienceParameter::Audience
        }
    }
}

/// Reads `AUTH0_SCOPE`.
pub(super) fn own_scope(problems: &mut Problems<'_>) -> Vec<String> {
    let scope = split_scope(problems.get(variable::SCOPE).unwrap_or(DEFAULT_SCOPE));
    if !scope.iter().any(|word| word == "openid") {
        problems.add(
            variable::SCOPE,
            "lacks openid, without which there is no login (OpenID Connect Core 1.0 §3.1.2.1)",
        );
    }
    scope
}

/// Returns whether a login requests the scopes of `api`: those of the API that it requests a token for; with RFC 8707
/// those of all APIs, because a refresh can only narrow what the login was granted (RFC 6749 §6).
pub(super) fn belongs_to_login(
    api: &ApiSettings,
    audience: Option<&str>,
    parameter: AudienceParameter,
) -> bool {
    match parameter {
        AudienceParameter::Audience => audience.is_some() && api.audience.as_deref() == audience,
        AudienceParameter::Resource => api.audience.is_some(),
    }
}

/// Returns the scopes that a login requests: `own` and the scopes of the APIs that belong to it.
pub(super) fn scope(
    own: &[String],
    audience: Option<&str>,
    parameter: AudienceParameter,
    apis: &BTreeMap<&'static str, ApiSettings>,
) -> Vec<String> {
    let mut scope = own.to_vec();
    for api in apis.values() {
        if !belongs_to_login(api, audience, parameter) {
            continue;
        }
        for word in &api.scope {
            if !scope.contains(word) {
                scope.push(word.clone());
            }
        }
    }
    scope
}

pub(super) fn prompt(problems: &mut Problems<'_>) -> Option<String> {
    let value = problems.get(variable::PROMPT)?;
    if value
        .split_whitespace()
        .any(|word| !matches!(word, "login" | "consent" | "select_account"))
    {
        let problem = format!("must be login, consent or select_account, not `{value}`");
        problems.add(variable::PROMPT, problem);
    }
    Some(value.to_owned())
}
