//! The external APIs that the application calls.

use std::collections::BTreeMap;

use url::Url;

use super::{audience, faults::Problems, values};
use crate::api::Api;

/// What the application says of an API that it calls; made from a type by [`ApiRegistration::of`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiRegistration {
    /// The prefix of its variables, `PRODUCTS` for `PRODUCTS_API_URL`.
    pub name: &'static str,
    /// The scopes that the application needs there.
    pub scopes: &'static [&'static str],
}

impl ApiRegistration {
    /// The declaration of `A`.
    pub fn of<A: Api>() -> Self {
        Self {
            name: A::NAME,
            scopes: A::SCOPES,
        }
    }
}

/// Where an API is and how tokens for it are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiSettings {
    pub(crate) name: &'static str,
    pub(crate) base_url: Url,
    pub(crate) audience: Option<String>,
    pub(crate) audience_variable: String,
    pub(crate) scope: Vec<String>,
    pub(crate) token_format: TokenFormat,
    pub(crate) browser_access: BrowserAccess,
}

impl ApiSettings {
    /// The prefix of its variables.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// `<NAME>_API_URL`: its base, with a trailing slash. Tokens for it are sent to this origin only.
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// `<NAME>_API_AUDIENCE`, or `AUTH0_AUDIENCE` for the first API: its identifier at the provider.
    pub fn audience(&self) -> Option<&str> {
        self.audience.as_deref()
    }

    /// The variable that `audience` comes from, or would come from.
    pub fn audience_variable(&self) -> &str {
        &self.audience_variable
    }

    /// `<NAME>_API_SCOPE`, or the scopes that the application declares. Set to nothing, the variable asks for none.
    pub fn scope(&self) -> &[String] {
        &self.scope
    }

    /// `<NAME>_API_TOKEN_FORMAT`: whether its access tokens can be checked here.
    pub fn token_format(&self) -> TokenFormat {
        self.token_format
    }

    /// `AUTH0_EXPOSE_ACCESS_TOKENS_FOR`: whether `/auth/access-token` hands its tokens to the browser.
    pub fn browser_access(&self) -> BrowserAccess {
        self.browser_access
    }
}

/// What an API's access tokens look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenFormat {
    /// JWTs, whose audience, scope and issuer are checked before they are used.
    #[default]
    Jwt,
    /// Opaque strings that only the provider can read (RFC 7662). They are passed on unchecked, also those that happen to
    /// be JWTs: neither audience nor scope, issuer or end is looked at. An API has to be told so one by one.
    Opaque,
}

/// Whether the browser may have an API's access tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BrowserAccess {
    /// They stay on the server.
    #[default]
    Never,
    /// `/auth/access-token` hands them out: a script that gets into a page can steal them.
    TokensCanBeStolen,
}

/// The variables of an API all end like this.
pub(super) const ENDINGS: [&str; 4] = ["URL", "AUDIENCE", "SCOPE", "TOKEN_FORMAT"];

/// Whether `name` is a variable of one of `apis`.
pub(super) fn is_variable(name: &str, apis: &[ApiRegistration]) -> bool {
    name.rsplit_once("_API_").is_some_and(|(prefix, ending)| {
        ENDINGS.contains(&ending) && apis.iter().any(|api| api.name == prefix)
    })
}

pub(super) fn read(
    declarations: &[ApiRegistration],
    login_audience: Option<&str>,
    faults: &mut Problems<'_>,
) -> BTreeMap<&'static str, ApiSettings> {
    let mut apis = BTreeMap::new();
    for (position, api) in declarations.iter().enumerate() {
        let url_variable = format!("{}_API_URL", api.name);
        let own_audience_variable = format!("{}_API_AUDIENCE", api.name);
        let scope_variable = format!("{}_API_SCOPE", api.name);

        // The site is good without its further APIs; whoever calls one that is not there is told so.
        let is_absent = |ending: &&str| faults.get(&format!("{}_API_{ending}", api.name)).is_none();
        if position > 0 && ENDINGS.iter().all(is_absent) {
            continue;
        }
        let base_url = if let Some(value) = faults.get(&url_variable) {
            values::api_url(faults, &url_variable, value)
        } else {
            faults.add(
                &url_variable,
                "is missing; it is where the API answers",
                format!("{url_variable}=https://api.example.com"),
            );
            None
        };
        let own_audience = faults.get(&own_audience_variable).map(str::to_owned);
        let is_login_api = position == 0;
        let audience_variable = if is_login_api && own_audience.is_none() {
            "AUTH0_AUDIENCE".to_owned()
        } else {
            own_audience_variable
        };
        let audience = own_audience.or_else(|| {
            is_login_api
                .then(|| login_audience.map(str::to_owned))
                .flatten()
        });
        // Empty is not unset: it asks for no scope.
        let scope = if faults.is_set(&scope_variable) {
            audience::split_scope(faults.get(&scope_variable).unwrap_or_default())
        } else {
            api.scopes.iter().map(|&scope| scope.to_owned()).collect()
        };
        let token_format = token_format(api.name, faults);
        if let Some(base_url) = base_url {
            apis.insert(
                api.name,
                ApiSettings {
                    name: api.name,
                    base_url,
                    audience,
                    audience_variable,
                    scope,
                    token_format,
                    browser_access: BrowserAccess::default(),
                },
            );
        }
    }
    expose(&mut apis, faults);
    apis
}

fn token_format(name: &str, faults: &mut Problems<'_>) -> TokenFormat {
    let variable = format!("{name}_API_TOKEN_FORMAT");
    match faults.get(&variable) {
        None | Some("jwt") => TokenFormat::Jwt,
        Some("opaque") => TokenFormat::Opaque,
        Some(other) => {
            let problem = format!("must be jwt or opaque, not `{other}`");
            faults.add(&variable, problem, format!("{variable}=jwt"));
            TokenFormat::Jwt
        }
    }
}

/// Marks the APIs that `AUTH0_EXPOSE_ACCESS_TOKENS_FOR` names by their audiences.
fn expose(apis: &mut BTreeMap<&'static str, ApiSettings>, faults: &mut Problems<'_>) {
    const VARIABLE: &str = "AUTH0_EXPOSE_ACCESS_TOKENS_FOR";
    for audience in faults.get(VARIABLE).unwrap_or_default().split_whitespace() {
        let mut found = false;
        for api in apis.values_mut() {
            if api.audience.as_deref() == Some(audience) {
                api.browser_access = BrowserAccess::TokensCanBeStolen;
                found = true;
            }
        }
        if !found {
            let example = apis.values().find_map(|api| api.audience.clone());
            faults.add(
                VARIABLE,
                format!("names `{audience}`, which is the audience of no configured API"),
                example.map_or_else(String::new, |audience| format!("{VARIABLE}={audience}")),
            );
        }
    }
}
