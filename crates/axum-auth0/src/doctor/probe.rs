//! A login request as the site makes it, sent without a browser: what the provider does with it says how the application
//! is set up there.

use http::{Request, StatusCode, header};
use url::Url;

use super::{
    examination::Examiner,
    words::{quoted, visible_text},
};
use crate::{config::Config, oauth::AuthorizationRequest, random};

/// How the request says whether it may show something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prompt {
    /// As every login of this site says it.
    AsConfigured,
    /// `none` (OpenID Connect Core 1.0 §3.1.2.1): the provider answers at the callback instead of showing a page. Some
    /// providers answer it in a manner of their own, so an error may be about nothing else.
    None,
}

/// A login request; an experiment changes one member of it.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    pub(super) prompt: Prompt,
    pub(super) audiences: Vec<String>,
    pub(super) scope: Vec<String>,
    /// A client ID instead of the configured one.
    pub(super) client_id: Option<String>,
}

/// What the provider did with the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It came back to our callback, with a code or because no user is logged in there.
    Accepted,
    /// It came back to our callback with another error (RFC 6749 §4.1.2.1).
    Refused {
        code: String,
        description: Option<String>,
    },
    /// It showed a page that is no error, or sent the browser to one: a login page, most likely.
    Page,
    /// It answered with an error of its own, here or on a page elsewhere. The text is what it says.
    ErrorPage { status: StatusCode, text: String },
    /// It did not answer, or failed. The text completes “The provider …”.
    Failed {
        status: Option<StatusCode>,
        how: String,
    },
}

impl Outcome {
    /// Whether the provider went on with the request.
    pub(super) fn is_good(&self) -> bool {
        matches!(self, Self::Accepted | Self::Page)
    }

    /// Whether it came back to our callback, whatever it said there.
    pub(super) fn came_back(&self) -> bool {
        matches!(self, Self::Accepted | Self::Refused { .. })
    }

    /// Whether something in the request may be the reason. That a provider is busy or out of reach is not.
    pub(super) fn may_be_about_the_request(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::ErrorPage { .. } => true,
            Self::Failed { status, .. } => {
                status.is_some_and(|status| status == StatusCode::INTERNAL_SERVER_ERROR)
            }
            Self::Accepted | Self::Page => false,
        }
    }

    /// What the provider did, to complete “The provider …”, with its own words.
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Accepted => "sends the browser back".to_owned(),
            Self::Refused { code, description } => {
                let says = description.as_deref().unwrap_or_default();
                let code = crate::diagnosis::printable(code);
                format!("refuses it with {code}{}", quoted(says))
            }
            Self::Page => "shows a page of its own".to_owned(),
            Self::ErrorPage { status, text } => {
                format!(
                    "answers with an error page of its own, status {}{}",
                    status.as_u16(),
                    quoted(text)
                )
            }
            Self::Failed { how, .. } => how.clone(),
        }
    }
}

impl Probe {
    /// What a login of this site asks for.
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

    /// The same with `prompt=none`.
    pub(super) fn silent(&self) -> Self {
        Self {
            prompt: Prompt::None,
            ..self.clone()
        }
    }

    /// The same for other APIs.
    pub(super) fn with_audiences(&self, audiences: &[&str]) -> Self {
        Self {
            audiences: audiences
                .iter()
                .map(|&audience| audience.to_owned())
                .collect(),
            ..self.clone()
        }
    }

    /// The same without these scopes.
    pub(super) fn without_scopes(&self, scopes: &[String]) -> Self {
        let mut scope = self.scope.clone();
        scope.retain(|word| word == "openid" || !scopes.contains(word));
        Self {
            scope,
            ..self.clone()
        }
    }

    /// The same of another client.
    pub(super) fn of_client(&self, client_id: &str) -> Self {
        Self {
            client_id: Some(client_id.to_owned()),
            ..self.clone()
        }
    }

    /// Sends the request, otherwise as [`crate::login`] makes it. No cookie is sent or kept, so no user is logged in by it.
    pub(super) async fn send(&self, examiner: &Examiner, endpoint: &Url) -> Outcome {
        let mut config = examiner.config().clone();
        if let Some(client_id) = &self.client_id {
            config = config.with_client_id(client_id);
        }
        let random = examiner.random().as_ref();
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
        get(examiner, &url, |status, location, body| {
            classify(&config, status, location, body)
        })
        .await
        .unwrap_or_else(|how| Outcome::Failed { status: None, how })
    }
}

/// Gets a page as a browser would, without following a redirect. An error completes “The provider …”.
pub(super) async fn get<T>(
    examiner: &Examiner,
    url: &Url,
    read: impl FnOnce(StatusCode, Option<&Url>, &str) -> T,
) -> Result<T, String> {
    let request = Request::get(url.as_str())
        .header(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
        .body(Vec::new())
        .map_err(|_| "has an endpoint that is no URL".to_owned())?;
    let response = examiner
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
            Outcome::Page
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
        // A tenant may have an error page of its own; it tells the page what is wrong.
        (false, Some(code)) => {
            let text = format!("{code} {}", description.unwrap_or_default());
            Outcome::ErrorPage { status, text }
        }
        (false, None) => Outcome::Page,
    }
}

fn is_our_callback(config: &Config, location: &Url) -> bool {
    let mut bare = location.clone();
    bare.set_query(None);
    bare.set_fragment(None);
    Url::parse(&config.site_url(config.routes().callback_path()))
        .is_ok_and(|callback| callback == bare)
}

/// The errors of OpenID Connect Core 1.0 §3.1.2.6 that say that everything is right but a user is missing.
fn wants_a_person(code: &str) -> bool {
    [
        "login_required",
        "interaction_required",
        "consent_required",
        "account_selection_required",
    ]
    .contains(&code)
}

/// The errors of RFC 6749 §4.1.2.1 that stand for a status of 500 and 503.
fn is_transient(code: &str) -> bool {
    ["server_error", "temporarily_unavailable"].contains(&code)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::config::Variables;

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
        assert!(refused.came_back() && !refused.is_good());
        assert_eq!(refused.in_words(), "refuses it with access_denied (“No”)");
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
            Outcome::Page
        );
        assert_eq!(outcome(200, ""), Outcome::Page);
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
