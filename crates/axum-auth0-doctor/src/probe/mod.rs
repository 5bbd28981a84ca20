//! A login request like that of the site, sent without a browser. The response shows how the application is registered
//! at the provider.

use http::{Request, StatusCode, header};
use url::Url;

use super::{
    context::CheckContext,
    outcome::Outcome,
    page_text::{quoted, visible_text},
};
use crate::client::repeats_secret;
use axum_auth0::{
    config::Config,
    oauth::{AuthorizationRequest, EndpointError},
    random,
};

/// The `prompt` parameter of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prompt {
    /// As in every login of this site.
    AsConfigured,
    /// `none` (OpenID Connect Core 1.0 §3.1.2.1): the provider redirects to the callback instead of showing a page.
    /// Some providers do not conform, so an error may be due to the parameter alone.
    None,
}

/// A login request. An experiment changes one field.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    pub(super) prompt: Prompt,
    pub(super) audiences: Vec<String>,
    pub(super) scope: Vec<String>,
    /// `AUTH0_ORGANIZATION`.
    pub(super) organization: Option<String>,
    /// Replaces the configured client ID.
    pub(super) client_id: Option<String>,
}

impl Probe {
    /// Returns the request of a login of this site.
    pub(super) fn of_login(config: &Config, audiences: &[&str]) -> Self {
        Self {
            prompt: Prompt::AsConfigured,
            audiences: audiences
                .iter()
                .map(|&audience| audience.to_owned())
                .collect(),
            scope: config.scope().to_vec(),
            organization: config.organization().map(str::to_owned),
            client_id: None,
        }
    }

    /// Returns the same request with `prompt=none`.
    pub(super) fn silent(&self) -> Self {
        Self {
            prompt: Prompt::None,
            ..self.clone()
        }
    }

    /// Returns the same request for other APIs.
    pub(super) fn with_audiences(&self, audiences: &[&str]) -> Self {
        Self {
            audiences: audiences
                .iter()
                .map(|&audience| audience.to_owned())
                .collect(),
            ..self.clone()
        }
    }

    /// Returns the same request without these scopes.
    pub(super) fn without_scopes(&self, scopes: &[String]) -> Self {
        let mut scope = self.scope.clone();
        scope.retain(|word| word == "openid" || !scopes.contains(word));
        Self {
            scope,
            ..self.clone()
        }
    }

    /// Returns the same request for another organization, or for none.
    pub(super) fn with_organization(&self, organization: Option<String>) -> Self {
        Self {
            organization,
            ..self.clone()
        }
    }

    /// Returns the same request for another client.
    pub(super) fn of_client(&self, client_id: &str) -> Self {
        Self {
            client_id: Some(client_id.to_owned()),
            ..self.clone()
        }
    }

    /// Sends the request that the login route builds. No cookie is sent or stored, so no user is logged in.
    pub(super) async fn send(&self, context: &CheckContext, endpoint: &Url) -> Outcome {
        let mut config = context.config().clone();
        if let Some(client_id) = &self.client_id {
            config = config.with_client_id(client_id);
        }
        let random = context.random().as_ref();
        let audiences: Vec<&str> = self.audiences.iter().map(String::as_str).collect();
        let mut forwarded = Vec::new();
        if self.prompt == Prompt::None {
            forwarded.push(("prompt", "none".to_owned()));
        }
        let organization = self.organization.clone();
        forwarded.extend(organization.map(|name| ("organization", name)));
        let url = AuthorizationRequest {
            redirect_uri: &config.site_url(config.routes().callback_path()),
            state: &random::base64url::<16>(random),
            nonce: &random::base64url::<16>(random),
            verifier: &random::base64url::<32>(random),
            audiences: &audiences,
            scope: &self.scope,
            forwarded: &forwarded,
        }
        .url(endpoint, &config);
        let url = match deliver(context, &config, url).await {
            Ok(url) => url,
            Err(outcome) => return outcome,
        };
        get(context, &url, |status, location, body| {
            classify(&config, status, location, body)
        })
        .await
        .unwrap_or_else(|how| Outcome::Failed { status: None, how })
    }
}

/// Signs and pushes the request if a login does. Returns the URL for the browser.
async fn deliver(context: &CheckContext, config: &Config, request: Url) -> Result<Url, Outcome> {
    let Some(metadata) = context.metadata().await else {
        return Ok(request);
    };
    let sent = context
        .token_endpoint(config)
        .deliver_authorization_request(config, &metadata, request)
        .await;
    sent.map_err(|error| match error {
        EndpointError::ErrorResponse { code, description } if !is_transient(&code) => {
            Outcome::PushRefused {
                code,
                description: description.filter(|text| !repeats_secret(config, text)),
            }
        }
        error => Outcome::Failed {
            status: None,
            how: format!("did not take the authorization request ({error})"),
        },
    })
}

/// Fetches a page like a browser, without following redirects. An error completes “The provider …”.
pub(super) async fn get<T>(
    context: &CheckContext,
    url: &Url,
    read: impl FnOnce(StatusCode, Option<&Url>, &str) -> T,
) -> Result<T, String> {
    let request = Request::get(url.as_str())
        .header(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
        .body(Vec::new())
        .map_err(|_| "has an endpoint that is no URL".to_owned())?;
    let response = context
        .http_client()
        .send(request)
        .await
        .map_err(|error| format!("did not answer ({error})"))?;
    let location = response
        .headers()
        .get(header::LOCATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| url.join(value).ok());
    let body = String::from_utf8_lossy(response.body());
    Ok(read(response.status(), location.as_ref(), &body))
}

fn classify(config: &Config, status: StatusCode, location: Option<&Url>, body: &str) -> Outcome {
    if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        return Outcome::Failed {
            status: Some(status),
            how: format!("answers with status {}", status.as_u16()),
        };
    }
    let Some(location) = location.filter(|_| status.is_redirection()) else {
        return if status.is_success() {
            Outcome::LoginPage
        } else {
            let text = visible_text(body);
            Outcome::ErrorPage { status, text }
        };
    };
    let parameter = |wanted: &str| {
        location
            .query_pairs()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
    };
    let (error, description) = (parameter("error"), parameter("error_description"));
    match (is_our_callback(config, location), error) {
        (true, None) => Outcome::Accepted,
        (true, Some(code)) if wants_a_person(&code) => Outcome::Accepted,
        (true, Some(code)) if is_transient(&code) => {
            let says = quoted(description.as_deref().unwrap_or_default());
            Outcome::Failed {
                status: None,
                how: format!("sends the browser back with {code}{says}"),
            }
        }
        (true, Some(code)) => Outcome::Refused { code, description },
        // A tenant may have a custom error page, which receives the error in its URL.
        (false, Some(code)) => {
            let text = format!("{code} {}", description.unwrap_or_default());
            Outcome::ErrorPage { status, text }
        }
        (false, None) => Outcome::LoginPage,
    }
}

fn is_our_callback(config: &Config, location: &Url) -> bool {
    let mut bare = location.clone();
    bare.set_query(None);
    bare.set_fragment(None);
    Url::parse(&config.site_url(config.routes().callback_path()))
        .is_ok_and(|callback| callback == bare)
}

/// Returns whether the error code (OpenID Connect Core 1.0 §3.1.2.6) means that the request is valid but needs user
/// interaction.
fn wants_a_person(code: &str) -> bool {
    [
        "login_required",
        "interaction_required",
        "consent_required",
        "account_selection_required",
    ]
    .contains(&code)
}

/// Returns whether the error code (RFC 6749 §4.1.2.1) corresponds to status 500 or 503.
fn is_transient(code: &str) -> bool {
    ["server_error", "temporarily_unavailable"].contains(&code)
}

#[cfg(test)]
mod tests;
