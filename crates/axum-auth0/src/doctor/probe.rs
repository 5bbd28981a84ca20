//! A login as a person begins it, but one that must not show anything: what the provider does with it says how the
//! application is set up there.

use http::{Request, StatusCode, header};
use url::Url;

use super::examination::Examiner;
use crate::{
    chance,
    config::Config,
    login::{AuthorizationRequest, CALLBACK_PATH},
};

/// What the provider did with the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It would log somebody in.
    Welcome,
    /// It came back to our callback with another error (RFC 6749 §4.1.2.1).
    Refused {
        code: String,
        description: Option<String>,
    },
    /// It came back neither to us nor with a login page: with an error of its own. The text is what it said.
    Turned { status: StatusCode, text: String },
    /// It fails where the login names an API, and only there. The text says how.
    Stumbled(String),
    /// It showed a page although it must not, so nothing is known for certain.
    Page,
    /// It does not answer now.
    Unavailable(String),
}

/// Asks for a login for `audiences`, and finds out whether a failure is about these.
pub(super) async fn ask(
    examiner: &Examiner,
    endpoint: &Url,
    audiences: &[&str],
    scope: &[String],
) -> Outcome {
    let outcome = once(examiner, endpoint, audiences, scope).await;
    let has_failed = matches!(outcome, Outcome::Turned { .. } | Outcome::Unavailable(_));
    if !has_failed || audiences.is_empty() {
        return outcome;
    }
    let plain = once(examiner, endpoint, &[], &["openid".to_owned()]).await;
    if plain != Outcome::Welcome {
        return outcome;
    }
    // Once more, so that nothing is blamed for a moment of weakness.
    match once(examiner, endpoint, audiences, scope).await {
        Outcome::Turned { status, .. } => Outcome::Stumbled(in_words(status)),
        Outcome::Unavailable(why) => Outcome::Stumbled(why),
        better => better,
    }
}

/// One request with `prompt=none` (OpenID Connect Core 1.0 §3.1.2.1), otherwise as [`crate::login`] makes it.
async fn once(
    examiner: &Examiner,
    endpoint: &Url,
    audiences: &[&str],
    scope: &[String],
) -> Outcome {
    let chance = examiner.chance().as_ref();
    let url = AuthorizationRequest {
        state: &chance::text::<16>(chance),
        nonce: &chance::text::<16>(chance),
        verifier: &chance::text::<32>(chance),
        audiences,
        scope,
        passed_on: &[("prompt", "none".to_owned())],
    }
    .url(endpoint, examiner.config());
    let request = Request::get(url.as_str())
        .header(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
        .body(Vec::new());
    let Ok(request) = request else {
        return Outcome::Unavailable("its authorization endpoint is no URL".to_owned());
    };
    match examiner.outbound().send(request).await {
        Ok(response) => {
            let location = response
                .headers()
                .get(header::LOCATION)
                .and_then(|value| value.to_str().ok())
                .and_then(|value| url.join(value).ok());
            judge(
                examiner.config(),
                response.status(),
                location.as_ref(),
                &String::from_utf8_lossy(response.body()),
            )
        }
        Err(error) => Outcome::Unavailable(error.to_string()),
    }
}

fn judge(config: &Config, status: StatusCode, location: Option<&Url>, body: &str) -> Outcome {
    let is_nothing_there = matches!(
        status,
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::GONE
    ) && !is_about_the_callback(body);
    if is_nothing_there || status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        return Outcome::Unavailable(in_words(status));
    }
    let Some(location) = location.filter(|_| status.is_redirection()) else {
        return if status.is_success() {
            Outcome::Page
        } else {
            Outcome::Turned {
                status,
                text: body.to_owned(),
            }
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
        (true, None) => Outcome::Welcome,
        (true, Some(code)) if wants_a_person(&code) => Outcome::Welcome,
        (true, Some(code)) => Outcome::Refused { code, description },
        // A tenant may have an error page of its own; it tells the page what is wrong.
        (false, Some(code)) => {
            let text = format!("{code} {}", description.unwrap_or_default());
            Outcome::Turned { status, text }
        }
        (false, None) => Outcome::Page,
    }
}

fn in_words(status: StatusCode) -> String {
    format!("it answered with status {}", status.as_u16())
}

/// Whether a provider's page is about the callback URL.
pub(super) fn is_about_the_callback(page: &str) -> bool {
    let page = page.to_ascii_lowercase();
    ["redirect_uri", "redirect uri", "redirect url", "callback"]
        .iter()
        .any(|phrase| page.contains(phrase))
}

fn is_our_callback(config: &Config, location: &Url) -> bool {
    let mut bare = location.clone();
    bare.set_query(None);
    bare.set_fragment(None);
    Url::parse(&config.site_url(CALLBACK_PATH)).is_ok_and(|callback| callback == bare)
}

/// The errors of OpenID Connect Core 1.0 §3.1.2.6 that say that everything is right but nobody is there.
fn wants_a_person(code: &str) -> bool {
    [
        "login_required",
        "interaction_required",
        "consent_required",
        "account_selection_required",
    ]
    .contains(&code)
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
        judge(
            &config,
            StatusCode::from_u16(status).unwrap(),
            location.as_ref(),
            "body",
        )
    }

    #[test]
    fn only_our_own_callback_says_that_it_is_registered() {
        let callback = "https://www.example.com/auth/callback";
        let required = format!("{callback}?error=login_required&state=x");
        assert_eq!(outcome(302, &required), Outcome::Welcome);
        assert_eq!(
            outcome(302, &format!("{callback}?code=x&state=y")),
            Outcome::Welcome
        );
        let refused = outcome(
            303,
            &format!("{callback}?error=access_denied&error_description=No"),
        );
        let expected = Outcome::Refused {
            code: "access_denied".to_owned(),
            description: Some("No".to_owned()),
        };
        assert_eq!(refused, expected);
        for elsewhere in [
            "https://www.example.com.evil.example/auth/callback?error=login_required",
            "http://www.example.com/auth/callback?error=login_required",
            "https://www.example.com/auth/callback/x?error=login_required",
        ] {
            let outcome = outcome(302, elsewhere);
            assert!(matches!(outcome, Outcome::Turned { .. }), "{outcome:?}");
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
    fn an_overloaded_provider_does_not_mean_that_something_is_not_registered() {
        for status in [429, 500, 503] {
            assert!(matches!(outcome(status, ""), Outcome::Unavailable(_)));
        }
        assert!(matches!(outcome(403, ""), Outcome::Turned { .. }));
    }
}
