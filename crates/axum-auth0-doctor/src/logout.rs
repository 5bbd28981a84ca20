//! Checks that the provider redirects the browser to this site after a logout. The request carries no cookie and no ID
//! token, so no session ends.

use http::StatusCode;
use url::Url;

use super::{
    Check, Problem,
    context::{CheckContext, without_metadata},
    page_text::{quoted, visible_text},
    probe,
};
use axum_auth0::{config::Config, oauth::ProviderLogout};

const LOGOUT: &str = "logout";

/// The provider's response to a logout request.
enum Outcome {
    /// The provider redirects to this URL.
    Redirected(Url),
    /// The provider shows a page, for example a confirmation.
    LoginPage,
    ErrorPage {
        status: StatusCode,
        text: String,
    },
    /// The provider does not respond, or fails. The text completes “The provider …”.
    Failed(String),
}

impl Outcome {
    fn describe(&self) -> String {
        match self {
            Self::Redirected(_) => "sends the browser elsewhere".to_owned(),
            Self::LoginPage => "shows a page of its own".to_owned(),
            Self::ErrorPage { status, text } => {
                format!("answers with status {}{}", status.as_u16(), quoted(text))
            }
            Self::Failed(how) => how.clone(),
        }
    }
}

pub(super) async fn check(context: &CheckContext) -> Vec<Check> {
    let Some(metadata) = context.metadata().await else {
        return without_metadata(&[LOGOUT]);
    };
    let config = context.config();
    let registered = config.logout().return_to_url();
    let url = |return_to| {
        let logout = ProviderLogout {
            return_to,
            id_token: None,
            session: None,
            federated: false,
        };
        logout.url(config, &metadata)
    };
    let (Some(with), Some(without)) = (url(Some(registered)), url(None)) else {
        return vec![Check::skipped(
            LOGOUT,
            "Not needed: the provider announces no logout, so a logout ends at this site.",
        )];
    };
    let outcome = send(context, &with).await;
    let is_ours = |target: &Url| {
        let mut bare = target.clone();
        bare.set_query(None);
        Url::parse(registered).is_ok_and(|mut registered| {
            registered.set_query(None);
            registered == bare
        })
    };
    vec![match &outcome {
        Outcome::Redirected(target) if is_ours(target) => Check::ok(
            LOGOUT,
            format!("After a logout the provider sends users back to {registered}."),
        ),
        Outcome::ErrorPage { text, .. } if is_about_the_url(text) => {
            // If the same request without the URL succeeds, the provider rejects the URL.
            match send(context, &without).await {
                Outcome::Redirected(_) | Outcome::LoginPage => not_registered(config, &outcome),
                other => unknown(&format!(
                    "{}, and without a URL to return to it {}",
                    outcome.describe(),
                    other.describe()
                )),
            }
        }
        other => unknown(&other.describe()),
    }]
}

/// Returns a skipped check. `what` completes “The provider …”.
fn unknown(what: &str) -> Check {
    Check::skipped(
        LOGOUT,
        format!("Could not be checked: asked for a logout without a session, the provider {what}."),
    )
}

fn not_registered(config: &Config, outcome: &Outcome) -> Check {
    let registered = config.logout().return_to_url();
    let site = config.site_url(config.base_path());
    Check::problem(
        LOGOUT,
        "The provider does not send users back to this site after a logout.",
        Problem::new(
            "logout_url_not_registered",
            format!(
                "Asked for a logout that ends at {registered}, the provider {}; without that URL it does not. Logouts end on \
                 its error page, and its session may live on.",
                outcome.describe()
            ),
            format!(
                "Add {registered} to the Allowed Logout URLs (Auth0 dashboard > Applications > your application > Settings), \
                 character by character; or set AUTH0_LOGOUT_RETURN_TO to a URL of this site that is registered there: \
                 AUTH0_LOGOUT_RETURN_TO={site} if it was set up as nextjs-auth0 has it."
            ),
        ),
    )
}

/// Returns whether an error page is about the return URL, and not about the ID token, which only a real logout sends.
fn is_about_the_url(page: &str) -> bool {
    let page = page.to_ascii_lowercase();
    let names = [
        "redirect",
        "returnto",
        "return_to",
        "return to",
        "logout_uri",
        "logout uri",
        "logout url",
    ];
    names.iter().any(|name| page.contains(name)) && !page.contains("hint")
}

async fn send(context: &CheckContext, url: &Url) -> Outcome {
    let read = |status: StatusCode, location: Option<&Url>, body: &str| {
        if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
            return Outcome::Failed(format!("answers with status {}", status.as_u16()));
        }
        match location.filter(|_| status.is_redirection()) {
            Some(location) if location.query_pairs().any(|(name, _)| name == "error") => {
                let words: Vec<String> = location
                    .query_pairs()
                    .filter(|(name, _)| name.starts_with("error"))
                    .map(|(_, value)| value.into_owned())
                    .collect();
                Outcome::ErrorPage {
                    status,
                    text: words.join(" "),
                }
            }
            Some(location) => Outcome::Redirected(location.clone()),
            None if status.is_success() => Outcome::LoginPage,
            None => Outcome::ErrorPage {
                status,
                text: visible_text(body),
            },
        }
    };
    probe::get(context, url, read)
        .await
        .unwrap_or_else(Outcome::Failed)
}
