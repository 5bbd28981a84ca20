//! Single values: how each is read, and what is wrong with those that cannot be.

use std::{collections::HashSet, path::PathBuf, time::Duration};

use secrecy::SecretString;
use url::Url;

use super::{faults::Problems, shutdown};
use crate::{
    http_client::{is_loopback, is_secure},
    provider::Issuer,
};

/// How the application authenticates at the token endpoint (OpenID Connect Core 1.0 §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// `client_secret_post`.
    Post,
    /// `client_secret_basic`.
    Basic,
}

impl ClientAuthentication {
    /// Its name in a provider's metadata (OpenID Connect Core 1.0 §9).
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Post => "client_secret_post",
            Self::Basic => "client_secret_basic",
        }
    }

    /// The other one.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Post => Self::Basic,
            Self::Basic => Self::Post,
        }
    }
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

pub(super) fn issuer(faults: &mut Problems<'_>) -> Option<Issuer> {
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

/// An origin: the provider's endpoints keep their paths there. Plain http is allowed to any host, since the variable is
/// made for networks between containers.
pub(super) fn provider_internal_url(faults: &mut Problems<'_>) -> Option<Url> {
    const VARIABLE: &str = "AUTH0_PROVIDER_INTERNAL_URL";
    let value = faults.get(VARIABLE)?;
    let problem = match Url::parse(value) {
        Err(error) => format!("is not a URL ({error})"),
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            "must begin with http:// or https://".to_owned()
        }
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            "must not contain a user name or a password".to_owned()
        }
        Ok(url) if url.path() != "/" || url.query().is_some() || url.fragment().is_some() => {
            "must be an origin, without a path or a query: the provider's endpoints keep their paths".to_owned()
        }
        Ok(url) => return Some(url),
    };
    faults.add(
        VARIABLE,
        problem,
        format!("{VARIABLE}=http://keycloak:8080"),
    );
    None
}

pub(super) fn secrets(faults: &mut Problems<'_>) -> Vec<SecretString> {
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

pub(super) fn base_url(faults: &mut Problems<'_>) -> Option<Url> {
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
        Ok(url) if url.scheme() == "http" && !is_loopback(&url) && !is_local_name(&url) => {
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

pub(super) fn api_url(faults: &mut Problems<'_>, name: &str, value: &str) -> Option<Url> {
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
        // What is left: a user name or a password.
        Ok(url) if !is_secure(&url) => {
            "must not contain a user name or a password; the access token says who asks".to_owned()
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

/// Browsers look no name below `localhost` up (RFC 6761 §6.3).
fn is_local_name(url: &Url) -> bool {
    url.domain()
        .is_some_and(|name| name.ends_with(".localhost"))
}

pub(super) fn client_authentication(faults: &mut Problems<'_>) -> Option<ClientAuthentication> {
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

pub(super) fn prompt(faults: &mut Problems<'_>) -> Option<String> {
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

pub(super) fn session_store(faults: &mut Problems<'_>) -> StoreLocation {
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

pub(super) fn http_timeout(faults: &mut Problems<'_>) -> Duration {
    let default = Duration::from_secs(5);
    let limit = shutdown::MAX_HTTP_TIMEOUT.as_millis();
    let milliseconds = match faults.get("AUTH0_HTTP_TIMEOUT").map(str::parse::<u64>) {
        None => return default,
        Some(Ok(milliseconds)) => Some(milliseconds),
        Some(Err(_)) => None,
    };
    match milliseconds {
        Some(given) if given >= 100 && u128::from(given) <= limit => {
            return Duration::from_millis(given);
        }
        Some(given) if u128::from(given) > limit => {
            let problem = format!(
                "is {given} milliseconds; the limit is {limit}, because a shutdown waits for two requests to the \
                 provider and {} seconds, and no longer than {} seconds altogether",
                shutdown::MARGIN.as_secs(),
                shutdown::MAX_TIMEOUT.as_secs()
            );
            faults.add("AUTH0_HTTP_TIMEOUT", problem, "AUTH0_HTTP_TIMEOUT=5000");
        }
        _ => {
            let problem = format!("must be a number of milliseconds from 100 to {limit}");
            faults.add("AUTH0_HTTP_TIMEOUT", problem, "AUTH0_HTTP_TIMEOUT=5000");
        }
    }
    default
}

pub(super) fn refresh_buffer(faults: &mut Problems<'_>) -> Duration {
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
