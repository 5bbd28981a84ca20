//! Whether a login can begin: callback registered, request accepted, API known and granted.

use super::{
    Check, Finding,
    examination::{Examiner, without_metadata},
    probe::{self, Outcome, is_about_the_callback},
    provider::Manner,
};
use crate::{
    config::Config,
    diagnosis::{Cause, Diagnosis, printable},
    login::{CALLBACK_PATH, LOGIN_PATH, audiences},
};

const CALLBACK: &str = "callback";
const LOGIN: &str = "login";
const AUDIENCE: &str = "audience";
const VARIABLE: &str = "AUTH0_AUDIENCE";

const REFUSES_API: &str =
    "Not checked to the end: the provider refuses the API that the login names.";

pub(super) async fn check(examiner: &Examiner) -> Vec<Check> {
    let ids = [CALLBACK, LOGIN, AUDIENCE];
    let config = examiner.config();
    let Some(metadata) = examiner.metadata().await else {
        return without_metadata(&ids);
    };
    let Some(endpoint) = &metadata.authorization_endpoint else {
        let why = "Not checked: the provider's metadata names no authorization endpoint.";
        return ids.map(|id| Check::skipped(id, why)).into();
    };
    let outcome = probe::ask(examiner, endpoint, &audiences(config), &config.scope).await;
    let manner = Manner::of(config, &metadata);
    vec![
        callback(config, &outcome),
        login(config, &outcome),
        audience(config, manner, &outcome),
    ]
}

fn callback(config: &Config, outcome: &Outcome) -> Check {
    let callback = config.site_url(CALLBACK_PATH);
    match outcome {
        Outcome::Welcome | Outcome::Refused { .. } | Outcome::Stumbled(_) => {
            Check::ok(CALLBACK, format!("{callback} is registered."))
        }
        Outcome::Turned { text, .. } if is_about_the_client(text) => Check::skipped(
            CALLBACK,
            "Not checked: the provider does not know the application.",
        ),
        Outcome::Turned { status, text } => {
            let mut finding = Finding::from(Diagnosis::callback_not_registered(&callback));
            if !is_about_the_callback(text) {
                finding.cause = format!(
                    "The provider answered a login with a page of its own (status {}). Most often that means that it does \
                     not know `{callback}` as a callback URL of this application.",
                    status.as_u16()
                );
                finding.fix = format!(
                    "{} If it is there already, open {} in a browser: the page may say more.",
                    finding.fix,
                    config.site_url(LOGIN_PATH)
                );
            }
            let summary = "The provider does not send people back to this site.";
            Check::problem(CALLBACK, summary, finding)
        }
        Outcome::Page => Check::skipped(
            CALLBACK,
            "Not checked: asked for a login that shows nothing (prompt=none), the provider showed a page of its own.",
        ),
        Outcome::Unavailable(_) => Check::skipped(
            CALLBACK,
            "Not checked: the provider's authorization endpoint does not answer.",
        ),
    }
}

fn login(config: &Config, outcome: &Outcome) -> Check {
    match outcome {
        Outcome::Welcome => Check::ok(
            LOGIN,
            format!(
                "A login for the scope `{}` can begin.",
                config.scope.join(" ")
            ),
        ),
        Outcome::Refused { code, description } => {
            let asked = audiences(config).join(", ");
            let diagnosis =
                Diagnosis::of_refusal(code, description.as_deref(), Some((&asked, VARIABLE)));
            if is_about_the_api(&diagnosis) && is_one_api(config) {
                return Check::skipped(LOGIN, REFUSES_API);
            }
            Check::problem(LOGIN, "The provider refuses every login.", diagnosis)
        }
        Outcome::Stumbled(_) if is_one_api(config) => Check::skipped(LOGIN, REFUSES_API),
        Outcome::Stumbled(how) => {
            let asked = audiences(config).join(", ");
            let finding = stumbling(&asked, VARIABLE, how);
            Check::problem(LOGIN, "The provider fails at every login.", finding)
        }
        Outcome::Turned { text, .. } if is_about_the_client(text) => Check::problem(
            LOGIN,
            "The provider does not know this application.",
            Finding::new(
                Cause::ClientRejected.as_str(),
                format!(
                    "It knows no application with the Client ID `{}`.",
                    config.client_id
                ),
                "Compare AUTH0_CLIENT_ID and AUTH0_DOMAIN with Auth0 dashboard > Applications > your application > \
                 Settings.",
            ),
        ),
        Outcome::Turned { .. } => Check::skipped(
            LOGIN,
            "Not checked: the provider looks at the callback URL first.",
        ),
        Outcome::Page => Check::skipped(
            LOGIN,
            "Not checked: asked for a login that shows nothing (prompt=none), the provider showed a page of its own.",
        ),
        Outcome::Unavailable(why) => Check::problem(
            LOGIN,
            "Nobody can log in right now.",
            Finding::new(
                "authorization_endpoint_unavailable",
                format!(
                    "The provider's authorization endpoint gave no answer: {}.",
                    printable(why)
                ),
                "Try again in a moment. If it stays so, look at the provider's state and at the limits of its rate.",
            ),
        ),
    }
}

fn audience(config: &Config, manner: Manner, outcome: &Outcome) -> Check {
    let Some(wanted) = &config.audience else {
        return Check::warning(
            AUDIENCE,
            "No API is named, so access tokens are good for none.",
            Diagnosis::audience_missing(VARIABLE),
        )
        .about(VARIABLE);
    };
    if is_one_api(config) {
        of_api(AUDIENCE, (wanted, VARIABLE), manner, outcome).about(VARIABLE)
    } else {
        Check::skipped(AUDIENCE, "Checked for each API on its own.").about(VARIABLE)
    }
}

/// What `outcome` says of the one audience that the request named; it comes with its variable.
pub(super) fn of_api(
    id: &'static str,
    (audience, variable): (&str, &str),
    manner: Manner,
    outcome: &Outcome,
) -> Check {
    match outcome {
        Outcome::Welcome => match manner {
            Manner::Auth0 => Check::ok(
                id,
                format!("The provider knows {audience}, and lets the application ask for it."),
            ),
            Manner::Standard => Check::ok(
                id,
                format!(
                    "The provider does not object to {audience}; what its tokens are for shows after a login."
                ),
            ),
            Manner::Ignored => Check::skipped(
                id,
                "Not checked: the provider probably ignores the parameter that names the API.",
            ),
        },
        Outcome::Refused { code, description } => {
            let diagnosis =
                Diagnosis::of_refusal(code, description.as_deref(), Some((audience, variable)));
            let summary = match diagnosis.code {
                Cause::AudienceUnknown => "The provider does not know the API.",
                Cause::ApiNotAuthorized => "The application may not use the API.",
                _ => {
                    return Check::skipped(
                        id,
                        "Not checked: the provider refuses the login for another reason.",
                    );
                }
            };
            Check::problem(id, summary, diagnosis)
        }
        Outcome::Stumbled(how) => Check::problem(
            id,
            "The provider fails where a login names the API.",
            stumbling(audience, variable, how),
        ),
        Outcome::Turned { .. } | Outcome::Page | Outcome::Unavailable(_) => Check::skipped(
            id,
            "Not checked: the login that would name the API does not come so far.",
        ),
    }
}

/// Some providers answer a name that they do not know with a page or an error of their own.
fn stumbling(audience: &str, variable: &str, how: &str) -> Finding {
    Finding {
        cause: format!(
            "Asked for a login that names no API, the provider sends people back; asked for one for `{}`, which {variable} \
             names, {}. Most likely it knows no such API, or not the scopes that are asked for.",
            printable(audience),
            printable(how)
        ),
        ..Finding::from(Diagnosis::audience_unknown(audience, variable))
    }
}

/// Whether the login names one API, so that a refusal is about that one.
pub(super) fn is_one_api(config: &Config) -> bool {
    audiences(config).len() == 1
}

fn is_about_the_api(diagnosis: &Diagnosis) -> bool {
    matches!(
        diagnosis.code,
        Cause::AudienceUnknown | Cause::ApiNotAuthorized
    )
}

/// Whether a provider's page is about the client ID and not about the callback URL, which it looks at second.
fn is_about_the_client(page: &str) -> bool {
    let page = page.to_ascii_lowercase();
    [
        "unknown client",
        "invalid_client",
        "client not found",
        "invalid client",
        "client_id is invalid",
    ]
    .iter()
    .any(|phrase| page.contains(phrase))
        && !is_about_the_callback(&page)
}
