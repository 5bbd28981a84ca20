//! Checks that the provider is reachable, has the configured issuer, and supports what a login needs.

use http::StatusCode;
use url::Url;

use super::{
    Check, Problem,
    context::{CheckContext, without_metadata},
    problem::sentence,
};
use axum_auth0::{
    Diagnosis, DiagnosisCode,
    config::{AudienceParameter, Config},
    http_client::HttpError,
    oauth::requested_audiences,
    provider::{Metadata, ProviderError},
};

/// Checks the provider metadata and the parameter that names APIs.
pub(super) async fn metadata(context: &CheckContext) -> Vec<Check> {
    let config = context.config();
    match context.provider().metadata().await {
        Ok(metadata) => vec![
            endpoints(config, &metadata),
            audience_parameter(config, &metadata),
        ],
        Err(error) => {
            let (summary, problem) = explain(config, &error);
            vec![
                Check::problem("provider", summary, problem),
                Check::skipped(
                    "audience_parameter",
                    "Not checked: the provider's metadata is unavailable.",
                ),
            ]
        }
    }
}

/// Checks the provider's keys.
pub(super) async fn keys(context: &CheckContext) -> Vec<Check> {
    let id = "keys";
    if context.metadata().await.is_none() {
        return without_metadata(&[id]);
    }
    vec![match context.provider().ready().await {
        Ok(()) => Check::ok(
            id,
            "The provider publishes keys that its tokens can be checked with.",
        ),
        Err(ProviderError::Keys(error)) => Check::problem(
            id,
            "The provider's keys cannot be fetched.",
            Problem::new(
                "keys_unreachable",
                format!("Without them no login can be verified: {error}."),
                "Open the jwks_uri of the provider's metadata from this machine.",
            ),
        ),
        Err(error) => Check::problem(
            id,
            "The provider's keys cannot be used.",
            Problem::new(
                "keys_unusable",
                format!("Without them no login can be verified: {error}."),
                "Open the jwks_uri of the provider's metadata from this machine; the keys there must be public RSA or \
                 elliptic-curve keys for signatures.",
            ),
        ),
    }]
}

fn endpoints(config: &Config, metadata: &Metadata) -> Check {
    let id = "provider";
    let missing: Vec<&str> = [
        (
            "authorization_endpoint",
            metadata.authorization_endpoint.is_none(),
        ),
        ("token_endpoint", metadata.token_endpoint.is_none()),
    ]
    .into_iter()
    .filter_map(|(name, missing)| missing.then_some(name))
    .collect();
    if !missing.is_empty() {
        return Check::problem(
            id,
            "The provider's metadata lacks what a login needs.",
            Problem::new(
                "metadata_incomplete",
                format!("It names no {}.", missing.join(" and no ")),
                "Set AUTH0_DOMAIN to an OpenID Provider that users can log in at.",
            ),
        );
    }
    Check::ok(
        id,
        format!("{} is there, and is who it should be.", config.issuer()),
    )
}

/// How the provider handles the parameter that names an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AudienceHandling {
    /// Auth0 with `audience`: an unknown API is an error.
    Auth0,
    /// Another provider with `resource` (RFC 8707): an unknown API is an error if the provider supports the standard.
    Standard,
    /// The provider ignores the parameter without an error: Auth0 ignores `resource` by default, and most other
    /// providers ignore `audience`.
    Ignored,
}

impl AudienceHandling {
    /// Detects Auth0 by its endpoints, because a custom domain does not identify it.
    fn of(config: &Config, metadata: &Metadata) -> Self {
        let has_path = |endpoint: &Option<Url>, path: &str| {
            endpoint.as_ref().is_some_and(|url| url.path() == path)
        };
        let is_auth0 = config.issuer().has_auth0_form()
            && has_path(&metadata.token_endpoint, "/oauth/token")
            && has_path(&metadata.authorization_endpoint, "/authorize");
        match (config.audience_parameter(), is_auth0) {
            (AudienceParameter::Audience, true) => Self::Auth0,
            (AudienceParameter::Resource, false) => Self::Standard,
            (AudienceParameter::Resource, true) | (AudienceParameter::Audience, false) => {
                Self::Ignored
            }
        }
    }
}

fn audience_parameter(config: &Config, metadata: &Metadata) -> Check {
    let id = "audience_parameter";
    let asked = requested_audiences(config);
    let Some(first) = asked.first() else {
        return Check::skipped(id, "Not needed: no audience is configured.");
    };
    match (
        AudienceHandling::of(config, metadata),
        config.audience_parameter(),
    ) {
        (AudienceHandling::Auth0, _) => {
            Check::ok(id, "Auth0 is asked for an API with audience, as it has it.")
        }
        (AudienceHandling::Standard, _) => Check::ok(
            id,
            "The provider is asked for an API with resource, as the standard has it (RFC 8707).",
        ),
        (AudienceHandling::Ignored, AudienceParameter::Resource) => Check::warning(
            id,
            "The provider is asked with resource, which Auth0 ignores unless told otherwise.",
            Problem {
                cause: format!(
                    "`resource={first}` is sent (AUTH0_AUDIENCE_PARAMETER=resource) and the provider looks like Auth0, but Auth0 \
                     ignores that parameter unless its Resource Parameter Compatibility Profile is on."
                ),
                ..Problem::from(Diagnosis::ResourceIgnored {
                    audience: first.to_string(),
                })
            },
        ),
        (AudienceHandling::Ignored, AudienceParameter::Audience) => Check::warning(
            id,
            "The provider is asked with audience, which is Auth0's own parameter.",
            Problem::new(
                "audience_ignored",
                "The provider does not look like Auth0. Most others ignore audience without a word, and issue a token \
                 for no API in particular.",
                "Set AUTH0_AUDIENCE_PARAMETER=resource (RFC 8707), unless the documentation of the provider names \
                 audience.",
            ),
        ),
    }
}

fn explain(config: &Config, error: &ProviderError) -> (String, Problem) {
    match error {
        ProviderError::IssuerMismatch { configured, found } => (
            "The provider calls itself something else.".to_owned(),
            Problem::new(
                DiagnosisCode::WrongIssuer.as_str(),
                format!(
                    "AUTH0_DOMAIN stands for the issuer `{configured}`, but the provider there calls itself `{found}`; the \
                     two must be equal to the last character, or its tokens are refused."
                ),
                match config.provider_internal_url() {
                    None => format!(
                        "If that is your provider, set AUTH0_DOMAIN={found} (with a custom domain, the name that users log in \
                         under)."
                    ),
                    Some(internal) => format!(
                        "It was asked at {internal} (AUTH0_PROVIDER_INTERNAL_URL). Set its public name at the provider \
                         (Keycloak: KC_HOSTNAME), so that it calls itself `{configured}` there, too."
                    ),
                },
            ),
        ),
        ProviderError::Discovery(HttpError::Status { status, .. })
            if status.is_client_error()
                && !matches!(
                    *status,
                    StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT
                ) =>
        {
            (
                format!("No OpenID Provider answers at {}.", config.issuer()),
                Problem::new(
                    "no_provider",
                    sentence(error),
                    "Set AUTH0_DOMAIN to the Domain of your tenant (Auth0 dashboard > Applications > your application > \
                     Settings), or to the exact issuer URL of another provider.",
                ),
            )
        }
        ProviderError::Discovery(HttpError::Status { .. }) => (
            format!("{} answers with an error.", config.issuer()),
            Problem::new(
                "provider_unreachable",
                sentence(error),
                "Try again in a moment. If it stays so, look at the provider's state.",
            ),
        ),
        ProviderError::Discovery(_) | ProviderError::Keys(_) => (
            format!("{} cannot be reached.", config.issuer()),
            Problem::new(
                "provider_unreachable",
                sentence(error),
                "Check AUTH0_DOMAIN for a slip of the pen, and that this machine may reach it: name resolution, firewall, \
                 root certificates (package ca-certificates). A proxy is not used. Where this server reaches the provider at \
                 another address than browsers do, set AUTH0_PROVIDER_INTERNAL_URL to it.",
            ),
        ),
        _ => (
            "The provider's metadata cannot be used.".to_owned(),
            Problem::new(
                "metadata_unusable",
                sentence(error),
                "Check that AUTH0_DOMAIN names an OpenID Provider; its metadata is at \
                 /.well-known/openid-configuration.",
            ),
        ),
    }
}
