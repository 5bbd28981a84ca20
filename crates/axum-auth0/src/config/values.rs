//! Single values: how each is read, and what is wrong with those that cannot be.

use std::{
    collections::{BTreeMap, HashSet},
    path::PathBuf,
    time::Duration,
};

use secrecy::SecretString;
use url::{Host, Url};

use super::{ApiSettings, faults::Faults};
use crate::provider::Issuer;

/// How a provider is told which API a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AudienceParameter {
    /// `audience`, as Auth0 has it.
    Audience,
    /// `resource`, RFC 8707 §2.
    Resource,
}

/// How the application authenticates at the token endpoint (OpenID Connect Core 1.0 §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// `client_secret_post`.
    Post,
    /// `client_secret_basic`.
    Basic,
}

/// Where sessions and tokens are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreLocation {
    /// `memory:`: gone at the end of the process.
    Memory,
    /// `sqlite:PATH`.
    Sqlite(PathBuf),
}

const DOMAIN_EXAMPLE: &str = "AUTH0_DOMAIN=your-tenant.eu.auth0.com";
const SECRET_EXAMPLE: &str = "AUTH0_SECRET=<the output of `openssl rand -hex 32`>";
const DEFAULT_SCOPE: &str = "openid profile email offline_access";

pub(super) fn issuer(faults: &mut Faults<'_>) -> Option<Issuer> {
    let Some(value) = faults.get("AUTH0_DOMAIN") else {
        faults.add(
            "AUTH0_DOMAIN",
            "is missing; it is the Domain of your Auth0 tenant, or the issuer URL of another OpenID Provider",
            DOMAIN_EXAMPLE,
        );
        return None;
    };
    Issuer::parse(value)
        .map_err(|error| faults.add("AUTH0_DOMAIN", error.to_string(), DOMAIN_EXAMPLE))
        .ok()
}

pub(super) fn secrets(faults: &mut Faults<'_>) -> Vec<SecretString> {
    let Some(value) = faults.get("AUTH0_SECRET") else {
        faults.add(
            "AUTH0_SECRET",
            "is missing; it encrypts sessions and tokens, at least 32 random bytes",
            SECRET_EXAMPLE,
        );
        return Vec::new();
    };
    let secrets: Vec<&str> = value.split(',').map(str::trim).collect();
    for (position, secret) in secrets.iter().enumerate() {
        let which = if secrets.len() == 1 {
            String::new()
        } else {
            format!("number {} ", position + 1)
        };
        if secret.len() < 32 {
            let problem = format!(
                "{which}is {} bytes long; it must be at least 32",
                secret.len()
            );
            faults.add("AUTH0_SECRET", problem, SECRET_EXAMPLE);
        } else if secret.bytes().collect::<HashSet<_>>().len() < 10 {
            let problem =
                format!("{which}is too easy to guess: it uses fewer than 10 different characters");
            faults.add("AUTH0_SECRET", problem, SECRET_EXAMPLE);
        }
    }
    secrets
        .into_iter()
        .map(|secret| SecretString::from(secret.to_owned()))
        .collect()
}

pub(super) fn base_url(faults: &mut Faults<'_>) -> Option<Url> {
    const EXAMPLE: &str = "APP_BASE_URL=https://www.example.com";
    let Some(value) = faults.get("APP_BASE_URL") else {
        faults.add(
            "APP_BASE_URL",
            "is missing; it is where this site is",
            EXAMPLE,
        );
        return None;
    };
    let problem = match Url::parse(value) {
        _ if value.contains(',') => "must be one URL, not a list".to_owned(),
        Err(error) => format!("is not a URL ({error})"),
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            "must begin with https://".to_owned()
        }
        Ok(url) if url.scheme() == "http" && !is_loopback(&url) => {
            "must be https; http is possible on localhost only".to_owned()
        }
        Ok(url) if url.path() != "/" || url.query().is_some() || url.fragment().is_some() => {
            "must be an origin, without a path or a query".to_owned()
        }
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            "must not contain a user name or a password".to_owned()
        }
        Ok(url) => return Some(url),
    };
    faults.add("APP_BASE_URL", problem, EXAMPLE);
    None
}

pub(super) fn api_url(faults: &mut Faults<'_>, name: &str, value: &str) -> Option<Url> {
    let problem = match Url::parse(value) {
        Err(error) => format!("is not a URL ({error})"),
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            "must begin with https://".to_owned()
        }
        // RFC 6750 §5.3: a bearer token travels over TLS only.
        Ok(url) if url.scheme() == "http" && !is_loopback(&url) => {
            "must be https; http is possible on localhost only".to_owned()
        }
        Ok(url) if url.query().is_some() || url.fragment().is_some() => {
            "must not contain a query".to_owned()
        }
        Ok(mut url) => {
            // So that a relative path is joined below the base instead of replacing its last segment.
            if !url.path().ends_with('/') {
                url.set_path(&format!("{}/", url.path()));
            }
            return Some(url);
        }
    };
    faults.add(name, problem, format!("{name}=https://api.example.com"));
    None
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

pub(super) fn audience(faults: &mut Faults<'_>) -> Option<String> {
    let value = faults.get("AUTH0_AUDIENCE")?;
    if value.chars().any(char::is_whitespace) {
        faults.add(
            "AUTH0_AUDIENCE",
            "contains a blank; it is one identifier, exactly as the API has it",
            "AUTH0_AUDIENCE=https://api.example.com",
        );
    }
    Some(value.to_owned())
}

/// RFC 8707 §2: an absolute URI without a fragment.
fn is_resource(audience: &str) -> bool {
    Url::parse(audience).is_ok_and(|url| url.fragment().is_none())
}

/// Every audience must be one that can be sent as `resource`, where that is how they are sent.
pub(super) fn check_resources(
    faults: &mut Faults<'_>,
    parameter: AudienceParameter,
    apis: &BTreeMap<&'static str, ApiSettings>,
) {
    if parameter == AudienceParameter::Audience {
        return;
    }
    let login = faults
        .get("AUTH0_AUDIENCE")
        .map(|audience| ("AUTH0_AUDIENCE", audience));
    let own = apis
        .values()
        .filter(|api| api.audience_variable != "AUTH0_AUDIENCE")
        .filter_map(|api| Some((api.audience_variable.as_str(), api.audience.as_deref()?)));
    for (variable, audience) in login.into_iter().chain(own) {
        if !is_resource(audience) {
            faults.add(
                variable,
                "must be an absolute URI without a fragment where AUTH0_AUDIENCE_PARAMETER is resource (RFC 8707)",
                format!("{variable}=https://api.example.com"),
            );
        }
    }
}

/// Auth0 and its likes take `audience`; the standard, which other providers follow, is `resource`.
pub(super) fn audience_parameter(
    faults: &mut Faults<'_>,
    issuer: Option<&Issuer>,
) -> AudienceParameter {
    let audience = faults.get("AUTH0_AUDIENCE");
    match faults.get("AUTH0_AUDIENCE_PARAMETER") {
        // Where it was not asked for in so many words, an audience that cannot be sent as `resource` is sent as `audience`.
        None if issuer.is_some_and(|issuer| !issuer.is_like_auth0())
            && audience.is_some_and(is_resource) =>
        {
            AudienceParameter::Resource
        }
        None | Some("audience") => AudienceParameter::Audience,
        Some("resource") => AudienceParameter::Resource,
        Some(other) => {
            let problem = format!("must be audience (Auth0) or resource (RFC 8707), not `{other}`");
            faults.add(
                "AUTH0_AUDIENCE_PARAMETER",
                problem,
                "AUTH0_AUDIENCE_PARAMETER=audience",
            );
            AudienceParameter::Audience
        }
    }
}

pub(super) fn client_authentication(faults: &mut Faults<'_>) -> Option<ClientAuthentication> {
    match faults.get("AUTH0_CLIENT_AUTHENTICATION")? {
        "client_secret_post" => Some(ClientAuthentication::Post),
        "client_secret_basic" => Some(ClientAuthentication::Basic),
        other => {
            let problem =
                format!("must be client_secret_post or client_secret_basic, not `{other}`");
            faults.add(
                "AUTH0_CLIENT_AUTHENTICATION",
                problem,
                "AUTH0_CLIENT_AUTHENTICATION=client_secret_post",
            );
            None
        }
    }
}

pub(super) fn prompt(faults: &mut Faults<'_>) -> Option<String> {
    let value = faults.get("AUTH0_PROMPT")?;
    if value
        .split_whitespace()
        .any(|word| !matches!(word, "login" | "consent" | "select_account"))
    {
        let problem = format!("must be login, consent or select_account, not `{value}`");
        faults.add("AUTH0_PROMPT", problem, "AUTH0_PROMPT=consent");
    }
    Some(value.to_owned())
}

/// The words of a scope, each once, in order (RFC 6749 §3.3).
pub(super) fn split_scope(value: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    value
        .split_whitespace()
        .filter(|word| seen.insert(*word))
        .map(str::to_owned)
        .collect()
}

pub(super) fn scope(
    faults: &mut Faults<'_>,
    audience: Option<&str>,
    parameter: AudienceParameter,
    apis: &BTreeMap<&'static str, ApiSettings>,
) -> Vec<String> {
    let mut scope = split_scope(faults.get("AUTH0_SCOPE").unwrap_or(DEFAULT_SCOPE));
    if !scope.iter().any(|word| word == "openid") {
        faults.add(
            "AUTH0_SCOPE",
            "lacks openid, without which there is no login (OpenID Connect Core 1.0 §3.1.2.1)",
            format!("AUTH0_SCOPE={DEFAULT_SCOPE}"),
        );
    }
    // The scopes of the API that the login asks a token for belong to the login; with RFC 8707 those of all APIs, since a
    // refresh can only narrow what the login was granted (RFC 6749 §6).
    let belongs_to_login = |api: &&ApiSettings| match parameter {
        AudienceParameter::Audience => audience.is_some() && api.audience.as_deref() == audience,
        AudienceParameter::Resource => api.audience.is_some(),
    };
    for api in apis.values().filter(belongs_to_login) {
        for word in &api.scope {
            if !scope.contains(word) {
                scope.push(word.clone());
            }
        }
    }
    scope
}

pub(super) fn session_store(faults: &mut Faults<'_>) -> StoreLocation {
    const EXAMPLE: &str = "AUTH0_SESSION_STORE=sqlite:data/sessions.db";
    match faults.get("AUTH0_SESSION_STORE") {
        None => StoreLocation::Sqlite(PathBuf::from("data/sessions.db")),
        Some("memory:") => StoreLocation::Memory,
        Some(value) => {
            if let Some(path) = value
                .strip_prefix("sqlite:")
                .filter(|path| !path.is_empty())
            {
                return StoreLocation::Sqlite(PathBuf::from(path));
            }
            let problem = if value.starts_with("postgres") || value.starts_with("redis") {
                "names a store that this version does not implement; it has memory: and sqlite:PATH"
                    .to_owned()
            } else {
                "must be memory: or sqlite:PATH".to_owned()
            };
            faults.add("AUTH0_SESSION_STORE", problem, EXAMPLE);
            StoreLocation::Memory
        }
    }
}

pub(super) fn http_timeout(faults: &mut Faults<'_>) -> Duration {
    let default = Duration::from_secs(5);
    match faults.get("AUTH0_HTTP_TIMEOUT").map(str::parse::<u64>) {
        None => default,
        Some(Ok(milliseconds @ 100..=60_000)) => Duration::from_millis(milliseconds),
        Some(_) => {
            faults.add(
                "AUTH0_HTTP_TIMEOUT",
                "must be a number of milliseconds from 100 to 60000",
                "AUTH0_HTTP_TIMEOUT=5000",
            );
            default
        }
    }
}

pub(super) fn refresh_buffer(faults: &mut Faults<'_>) -> Duration {
    let default = Duration::from_mins(1);
    match faults
        .get("AUTH0_TOKEN_REFRESH_BUFFER")
        .map(str::parse::<u64>)
    {
        None => default,
        Some(Ok(seconds @ 0..=3_600)) => Duration::from_secs(seconds),
        Some(_) => {
            faults.add(
                "AUTH0_TOKEN_REFRESH_BUFFER",
                "must be a number of seconds from 0 to 3600",
                "AUTH0_TOKEN_REFRESH_BUFFER=60",
            );
            default
        }
    }
}
