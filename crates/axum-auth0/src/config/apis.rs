//! The settings of the external APIs.

use std::collections::BTreeMap;

use url::Url;

use super::{
    ApiRegistration, problems::Problems, scope::split_scope, variable, variable::API_VARIABLES,
};
use crate::http_client::{is_loopback, is_secure};

/// The location of an API and how access tokens for it are requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiSettings {
    pub(crate) name: &'static str,
    pub(crate) base_url: Url,
    pub(crate) audience: Option<String>,
    pub(crate) audience_variable: String,
    pub(crate) scope: Vec<String>,
    pub(crate) token_format: TokenFormat,
    pub(crate) browser_access: BrowserAccess,
    /// Whether its access tokens have to be bound to the key of the login.
    pub(crate) dpop: bool,
    /// Whether its access tokens have to be bound to the certificate of this application.
    pub(crate) certificate_bound: bool,
}

impl ApiSettings {
    /// Returns the prefix of its variables.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns `<NAME>_API_URL`, the base URL with a trailing slash. Tokens for the API are sent to this origin only.
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// Returns `<NAME>_API_AUDIENCE`, or `AUTH0_AUDIENCE` for the login API: its identifier at the provider.
    pub fn audience(&self) -> Option<&str> {
        self.audience.as_deref()
    }

    /// Returns the name of the variable that sets [`Self::audience`].
    pub fn audience_variable(&self) -> &str {
        &self.audience_variable
    }

    /// Returns `<NAME>_API_SCOPE`, or the scopes that the application declares. An empty variable requests none.
    pub fn scope(&self) -> &[String] {
        &self.scope
    }

    /// Returns `<NAME>_API_TOKEN_FORMAT`: whether its access tokens can be checked here.
    pub fn token_format(&self) -> TokenFormat {
        self.token_format
    }

    /// Returns whether the access token route returns its tokens to the browser (`AUTH0_EXPOSE_ACCESS_TOKENS_FOR`).
    pub fn browser_access(&self) -> BrowserAccess {
        self.browser_access
    }
}

/// The format of an API's access tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenFormat {
    /// JWTs, whose audience, scope and issuer are checked before use.
    #[default]
    Jwt,
    /// Opaque strings that only the provider can read (RFC 7662). They are forwarded unchecked, even if they are JWTs:
    /// audience, scope, issuer and expiry are not inspected. Each API has to be configured individually.
    Opaque,
}

/// Whether the browser may receive an API's access tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BrowserAccess {
    /// They stay on the server.
    #[default]
    Never,
    /// The access token route returns them. A script injected into a page can steal them.
    TokensCanBeStolen,
}

/// What access tokens have to be bound to.
#[derive(Clone, Copy)]
pub(super) struct TokenBinding {
    pub(super) dpop: bool,
    pub(super) certificate: bool,
}

/// Reads the settings of every registered API.
pub(super) fn read(
    registrations: &[ApiRegistration],
    login_audience: Option<&str>,
    binding: TokenBinding,
    problems: &mut Problems<'_>,
) -> BTreeMap<&'static str, ApiSettings> {
    let mut apis = BTreeMap::new();
    for api in registrations {
        // The site works without its additional APIs. A caller of an API that is not configured gets a diagnosis.
        let is_unset = |ending: &str| {
            problems
                .get_named(&format!("{}_API_{ending}", api.prefix))
                .is_none()
        };
        if !api.is_of_login
            && API_VARIABLES
                .iter()
                .all(|variable| is_unset(variable.ending))
        {
            continue;
        }
        if let Some(settings) = read_one(api, login_audience, binding, problems) {
            apis.insert(api.prefix, settings);
        }
    }
    expose(&mut apis, problems);
    apis
}

fn read_one(
    api: &ApiRegistration,
    login_audience: Option<&str>,
    binding: TokenBinding,
    problems: &mut Problems<'_>,
) -> Option<ApiSettings> {
    let variable = |ending: &str| format!("{}_API_{ending}", api.prefix);
    let own_audience = problems.get_named(&variable("AUDIENCE")).map(str::to_owned);
    let audience_variable = if api.is_of_login && own_audience.is_none() {
        variable::AUDIENCE.name.to_owned()
    } else {
        variable("AUDIENCE")
    };
    let audience = own_audience.or_else(|| {
        login_audience
            .filter(|_| api.is_of_login)
            .map(str::to_owned)
    });
    // An empty variable differs from an unset one: it requests no scope.
    let scope = if problems.is_set(&variable("SCOPE")) {
        split_scope(problems.get_named(&variable("SCOPE")).unwrap_or_default())
    } else {
        api.scopes.iter().map(|&scope| scope.to_owned()).collect()
    };
    let base_url = base_url(problems, &variable("URL"));
    let token_format = token_format(problems, &variable("TOKEN_FORMAT"));
    Some(ApiSettings {
        name: api.prefix,
        base_url: base_url?,
        audience,
        audience_variable,
        scope,
        token_format,
        browser_access: BrowserAccess::default(),
        dpop: binding.dpop,
        certificate_bound: binding.certificate,
    })
}

fn token_format(problems: &mut Problems<'_>, variable: &str) -> TokenFormat {
    match problems.get_named(variable) {
        None | Some("jwt") => TokenFormat::Jwt,
        Some("opaque") => TokenFormat::Opaque,
        Some(other) => {
            let problem = format!("must be jwt or opaque, not `{other}`");
            problems.add_named(variable, problem, format!("{variable}=jwt"));
            TokenFormat::Jwt
        }
    }
}

/// Marks the APIs whose audiences are listed in `AUTH0_EXPOSE_ACCESS_TOKENS_FOR`.
fn expose(apis: &mut BTreeMap<&'static str, ApiSettings>, problems: &mut Problems<'_>) {
    let name = variable::EXPOSE.name;
    for audience in problems
        .get(variable::EXPOSE)
        .unwrap_or_default()
        .split_whitespace()
    {
        let mut found = false;
        for api in apis.values_mut() {
            if api.audience.as_deref() == Some(audience) {
                api.browser_access = BrowserAccess::TokensCanBeStolen;
                found = true;
            }
        }
        if !found {
            let example = apis.values().find_map(|api| api.audience.as_deref());
            problems.add_named(
                name,
                format!("names `{audience}`, which is the audience of no configured API"),
                example.map_or_else(String::new, |audience| format!("{name}={audience}")),
            );
        }
    }
}

fn base_url(problems: &mut Problems<'_>, name: &str) -> Option<Url> {
    let example = format!("{name}=https://api.example.com");
    let Some(value) = problems.get_named(name) else {
        problems.add_named(name, "is missing; it is the base URL of the API", example);
        return None;
    };
    let problem = match Url::parse(value) {
        Err(error) => format!("is not a URL ({error})"),
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            "must begin with https://".to_owned()
        }
        // RFC 6750 §5.3: bearer tokens are sent over TLS only.
        Ok(url) if url.scheme() == "http" && !is_loopback(&url) => {
            "must be https; http is possible on localhost only".to_owned()
        }
        Ok(url) if url.query().is_some() || url.fragment().is_some() => {
            "must not contain a query".to_owned()
        }
        // The remaining reason is a user name or a password.
        Ok(url) if !is_secure(&url) => {
            "must not contain a user name or a password; the access token authenticates the request"
                .to_owned()
        }
        Ok(mut url) => {
            // With a trailing slash, a relative path is joined below the base instead of replacing its last segment.
            if !url.path().ends_with('/') {
                url.set_path(&format!("{}/", url.path()));
            }
            return Some(url);
        }
    };
    problems.add_named(name, problem, example);
    None
}
