//! A login request like that of the site, sent without a browser. The response shows how the application is registered
//! at the provider.

use http::{Request, StatusCode, header};
use url::Url;

use super::{
    context::CheckContext,
    outcome::Outcome,
    page_text::{quoted, visible_text},
};
use axum_auth0::{config::Config, oauth::AuthorizationRequest, random};

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
        let none = [("prompt", "none".to_owned())];
        let url = AuthorizationRequest {
            redirect_uri: &config.site_url(config.routes().callback_path()),
            state: &random::base64url::<16>(random),
            nonce: &random::base64url::<16>(random),
            verifier: &random::base64url::<32>(random),
            audiences: &audiences,
            scope: &self.scope,
            forwarded: match self.prompt {
                Prompt::None => &none,
                Prompt::AsConfigured => &[],
            },
        }
        .url(endpoint, &config);
        get(context, &url, |status, location, body| {
            classify(&config, status, location, body)
        })
        .await
        .unwrap_or_else(|how| Outcome::Failed { status: None, how })
    }
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
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use axum_auth0::config::Variables;

    fn outcome(status: u16, location: &str) -> Outcome {
        let variables: Variables = [
            ("AUTH0_DOMAIN", "tenant.eu.auth0.com"),
            ("AUTH0_CLIENT_ID", "id"),
            ("AUTH0_CLIENT_SECRET", "secret"),
            ("AUTH0_SECRET", "2f1d0c9b8a7e6f5d4c3b2a190817f6e5"),
            ("APP_BASE_URL", "https://www.example.com"),
        ]
        .into_iter()
        .collect();
        let config = Config::from_variables(&variables, &[]).unwrap();
        let location = Url::parse(location).ok();
        let status = StatusCode::from_u16(status).unwrap();
        classify(&config, status, location.as_ref(), "body")
    }

    #[test]
    fn only_our_own_callback_says_that_it_is_registered() {
        let callback = "https://www.example.com/auth/callback";
        for query in ["error=login_required&state=x", "code=x&state=y"] {
            assert_eq!(
                outcome(302, &format!("{callback}?{query}")),
                Outcome::Accepted
            );
        }
        let refused = outcome(
            303,
            &format!("{callback}?error=access_denied&error_description=No"),
        );
        assert!(refused.returned_to_callback() && !refused.is_accepted());
        assert_eq!(refused.describe(), "refuses it with access_denied (“No”)");
        for elsewhere in [
            "https://www.example.com.evil.example/auth/callback?error=login_required",
            "http://www.example.com/auth/callback?error=login_required",
            "https://www.example.com/auth/callback/x?error=login_required",
        ] {
            let outcome = outcome(302, elsewhere);
            assert!(matches!(outcome, Outcome::ErrorPage { .. }), "{outcome:?}");
        }
    }

    #[test]
    fn a_login_page_in_spite_of_the_prompt_says_nothing() {
        assert_eq!(
            outcome(302, "https://tenant.eu.auth0.com/u/login"),
            Outcome::LoginPage
        );
        assert_eq!(outcome(200, ""), Outcome::LoginPage);
    }

    #[test]
    fn a_failing_provider_does_not_mean_that_something_is_not_registered() {
        for status in [429, 500, 503] {
            assert!(matches!(outcome(status, ""), Outcome::Failed { .. }));
        }
        let callback = "https://www.example.com/auth/callback";
        for code in ["server_error", "temporarily_unavailable"] {
            let outcome = outcome(302, &format!("{callback}?error={code}"));
            assert!(matches!(outcome, Outcome::Failed { .. }), "{outcome:?}");
        }
        assert!(matches!(outcome(403, ""), Outcome::ErrorPage { .. }));
        assert!(matches!(outcome(404, ""), Outcome::ErrorPage { .. }));
    }
}
