//! Checks what an API says of itself (OAuth 2.0 Protected Resource Metadata, RFC 9728). An API does not have to.

use http::{Request, StatusCode, header};
use serde_json::{Map, Value};
use url::Url;

use super::{Check, Problem, context::CheckContext, page_text::printable};
use axum_auth0::config::{ApiSettings, Config};

const ID: &str = "api_metadata";

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// Checks the metadata. Without metadata, there is nothing to report.
pub(super) async fn check(context: &CheckContext, api: &ApiSettings) -> Vec<Check> {
    let Some((url, metadata)) = find(context, api).await else {
        return Vec::new();
    };
    let problems = problems(context.config(), api, &metadata);
    if problems.is_empty() {
        let summary = format!("What the API says of itself at {url} fits this configuration.");
        return vec![Check::ok(ID, summary)];
    }
    problems
}

/// Returns the metadata and its URL: the one that the API names in its challenge (RFC 9728 §5.1), or that of its URL or its
/// audience (§3.1). Only the API's own origin is asked.
async fn find(context: &CheckContext, api: &ApiSettings) -> Option<(Url, Map<String, Value>)> {
    let mut urls: Vec<Url> = named(context, api).await.into_iter().collect();
    let audience = api
        .audience()
        .and_then(|audience| Url::parse(audience).ok());
    for resource in [Some(api.base_url()), audience.as_ref()]
        .into_iter()
        .flatten()
    {
        urls.extend(well_known(resource));
    }
    let mut asked = Vec::new();
    for url in urls {
        if url.origin() != api.base_url().origin() || asked.contains(&url) {
            continue;
        }
        let document = context.http_client().get_json(&url).await;
        if let Ok(Value::Object(metadata)) = document
            && metadata.get("resource").is_some_and(Value::is_string)
        {
            return Some((url, metadata));
        }
        asked.push(url);
    }
    None
}

/// Returns the URL of the metadata in the challenge of the API.
async fn named(context: &CheckContext, api: &ApiSettings) -> Option<Url> {
    let request = Request::get(api.base_url().as_str())
        .body(Vec::new())
        .ok()?;
    let response = context.http_client().send(request).await.ok()?;
    if response.status() != StatusCode::UNAUTHORIZED {
        return None;
    }
    let challenges = response.headers().get_all(header::WWW_AUTHENTICATE);
    challenges
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find_map(|challenge| {
            let (_, rest) = challenge.split_once("resource_metadata=\"")?;
            Url::parse(rest.split('"').next()?).ok()
        })
}

fn well_known(resource: &Url) -> Option<Url> {
    let path = resource.path().trim_end_matches('/');
    let mut url = resource.clone();
    url.set_path(&format!("{WELL_KNOWN}{path}"));
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// Returns what does not fit the configuration.
fn problems(config: &Config, api: &ApiSettings, metadata: &Map<String, Value>) -> Vec<Check> {
    [
        resource(api, metadata),
        issuer(config, metadata),
        scopes(api, metadata),
        binding(config, metadata),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn resource(api: &ApiSettings, metadata: &Map<String, Value>) -> Option<Check> {
    let resource = metadata.get("resource")?.as_str()?;
    let bare = |url: &str| url.trim_end_matches('/').to_owned();
    let is_known = bare(resource) == bare(api.base_url().as_str())
        || api.audience().is_some_and(|audience| audience == resource);
    if is_known {
        return None;
    }
    let variable = api.audience_variable();
    Some(Check::warning(
        ID,
        "The API says that it is another one.",
        Problem::new(
            "api_other_resource",
            format!(
                "Its resource is `{}`, which is neither the audience ({variable}) nor {}_API_URL. It probably refuses the tokens.",
                printable(resource),
                api.name()
            ),
            format!(
                "Set {variable} to the Identifier that the API checks (Auth0 dashboard > Applications > APIs > your API > Settings), or \
                 {}_API_URL to the API that is meant.",
                api.name()
            ),
        ),
    ))
}

fn issuer(config: &Config, metadata: &Map<String, Value>) -> Option<Check> {
    let servers = strings(metadata, "authorization_servers")?;
    if servers
        .iter()
        .any(|server| config.issues_access_tokens(server))
    {
        return None;
    }
    Some(Check::problem(
        ID,
        "The API takes tokens of another provider only.",
        Problem::new(
            "api_other_issuer",
            format!(
                "Its authorization_servers are {}, and the tokens of this site are of {}.",
                printable(&servers.join(", ")),
                config.token_issuer().unwrap_or(config.issuer().as_str())
            ),
            "Let the API trust the provider of this site, to the last character (AUTH0_DOMAIN where the API is configured), or set \
             AUTH0_DOMAIN here to the provider that the API trusts.",
        ),
    ))
}

fn scopes(api: &ApiSettings, metadata: &Map<String, Value>) -> Option<Check> {
    let supported = strings(metadata, "scopes_supported")?;
    let missing: Vec<&str> = api
        .scope()
        .iter()
        .map(String::as_str)
        .filter(|scope| !supported.contains(scope))
        .collect();
    if missing.is_empty() {
        return None;
    }
    Some(Check::warning(
        ID,
        "The API does not know scopes that this site asks for.",
        Problem::new(
            "api_scope_unknown",
            format!(
                "Its scopes_supported do not have {}. It has {}.",
                missing.join(", "),
                printable(&supported.join(", "))
            ),
            format!(
                "Compare {0}_API_SCOPE, or the scopes that the application declares for {0}, with the API and with its permissions \
                 (Auth0 dashboard > Applications > APIs > your API > Permissions).",
                api.name()
            ),
        ),
    ))
}

/// Checks what the API says of the binding of tokens and of how it takes them.
fn binding(config: &Config, metadata: &Map<String, Value>) -> Option<Check> {
    let flag = |name: &str| metadata.get(name) == Some(&Value::Bool(true));
    let lacks = |list: &str, name: &str| {
        strings(metadata, list).is_some_and(|names| !names.contains(&name))
    };
    if flag("dpop_bound_access_tokens_required") && !config.dpop() {
        return Some(Check::problem(
            ID,
            "The API takes only access tokens that are bound to a key, and this site has bearer tokens.",
            Problem::new(
                "api_requires_dpop",
                "Its metadata has dpop_bound_access_tokens_required (RFC 9449), and AUTH0_DPOP is false.",
                "Set AUTH0_DPOP=true.",
            ),
        ));
    }
    if config.dpop() && lacks("dpop_signing_alg_values_supported", "ES256") {
        return Some(Check::problem(
            ID,
            "The API does not take the DPoP proofs of this site.",
            Problem::new(
                "api_dpop_algorithm",
                "Its metadata (dpop_signing_alg_values_supported) does not have ES256.",
                "Let the API accept proofs with ES256, or set AUTH0_DPOP=false.",
            ),
        ));
    }
    if lacks("bearer_methods_supported", "header") {
        return Some(Check::problem(
            ID,
            "The API does not take access tokens in the header Authorization.",
            Problem::new(
                "api_bearer_method",
                "Its metadata (bearer_methods_supported, RFC 6750) does not have header, the only place in which this site sends \
                 them.",
                "Let the API take access tokens in the header Authorization.",
            ),
        ));
    }
    let is_announced = flag("tls_client_certificate_bound_access_tokens");
    (config.binds_tokens_to_certificate() && !is_announced).then(|| {
        Check::warning(
            ID,
            "The API does not announce that it checks the certificate that access tokens are bound to.",
            Problem::new(
                "api_certificate_not_announced",
                "AUTH0_MTLS_BOUND_ACCESS_TOKENS is true, and its metadata has no tls_client_certificate_bound_access_tokens (RFC \
                 8705). If it does not see the certificate, it refuses the tokens, or anyone can use them there.",
                "Let the API, or the proxy before it, ask for the client certificate and compare it with cnf of the token, and \
                 announce it.",
            ),
        )
    })
}

fn strings<'a>(metadata: &'a Map<String, Value>, name: &str) -> Option<Vec<&'a str>> {
    let items = metadata.get(name)?.as_array()?;
    Some(items.iter().filter_map(Value::as_str).collect())
}
