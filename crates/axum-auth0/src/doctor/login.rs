//! Whether a login can begin: callback registered, request accepted, API known and granted.
//!
//! The request of a login is sent as the site sends it, and once more with `prompt=none`. What the provider does with the
//! first is what people meet; the second comes back to the callback without a person, if the provider allows that.

use url::Url;

use super::{
    Check, Finding, Status, audience,
    examination::{Examiner, without_metadata},
    experiment::{self, Control, Objection},
    probe::{Outcome, Probe},
    words::quoted,
};
use crate::{
    config::Config,
    diagnosis::{Diagnosis, DiagnosisCode},
    oauth::requested_audiences,
};

const CALLBACK: &str = "callback";
const LOGIN: &str = "login";
const AUDIENCE: &str = "audience";
const VARIABLE: &str = "AUTH0_AUDIENCE";

/// What the provider did with the login: sent as it is, and with `prompt=none`.
struct Outcomes {
    visible: Outcome,
    silent: Outcome,
}

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
    let probe = Probe::of_login(config, &requested_audiences(config));
    let silent = probe.silent();
    let (visible, silent) = tokio::join!(
        probe.send(examiner, endpoint),
        silent.send(examiner, endpoint)
    );
    let outcomes = Outcomes { visible, silent };
    // A provider that fails because of an API may yet send people back.
    let comes_back = outcomes.visible.came_back()
        || outcomes.silent.came_back()
        || probe
            .silent()
            .with_audiences(&[])
            .send(examiner, endpoint)
            .await
            .came_back();
    let audience = audience_of_login(examiner, endpoint, &outcomes).await;
    let is_about_the_api = audience.status == Status::Problem;
    vec![
        callback(config, &outcomes, comes_back),
        login(examiner, endpoint, &probe, &outcomes, is_about_the_api).await,
        audience,
    ]
}

fn callback(config: &Config, outcomes: &Outcomes, comes_back: bool) -> Check {
    let callback = config.site_url(config.routes().callback_path());
    if comes_back {
        return Check::ok(
            CALLBACK,
            format!("The provider sends people back to {callback}."),
        );
    }
    match &outcomes.visible {
        Outcome::ErrorPage { text, .. } if is_about_the_client(text) => Check::skipped(
            CALLBACK,
            "Not checked: the provider does not know the application.",
        ),
        Outcome::ErrorPage { status, text } if is_about_the_callback(text) => {
            let mut finding = Finding::from(Diagnosis::CallbackNotRegistered {
                callback: callback.to_string(),
            });
            finding.cause = format!(
                "{} It answers a login with status {}{}.",
                finding.cause,
                status.as_u16(),
                quoted(text)
            );
            let summary = "The provider does not send people back to this site.";
            Check::problem(CALLBACK, summary, finding)
        }
        Outcome::Page => Check::skipped(
            CALLBACK,
            format!(
                "Could not be checked: the provider shows a page at a login and, asked to show none (prompt=none), {}.",
                outcomes.silent.in_words()
            ),
        ),
        other => Check::skipped(
            CALLBACK,
            format!("Could not be checked: the provider {}.", other.in_words()),
        ),
    }
}

async fn login(
    examiner: &Examiner,
    endpoint: &Url,
    probe: &Probe,
    outcomes: &Outcomes,
    is_about_the_api: bool,
) -> Check {
    let config = examiner.config();
    match &outcomes.visible {
        Outcome::Accepted | Outcome::Page => {
            begins(examiner, endpoint, probe, &outcomes.silent).await
        }
        _ if is_about_the_api => Check::skipped(
            LOGIN,
            "Not checked to the end: the provider refuses the API that the login names.",
        ),
        Outcome::ErrorPage { text, .. } if is_about_the_client(text) => Check::problem(
            LOGIN,
            "The provider does not know this application.",
            unknown_client(config),
        ),
        Outcome::ErrorPage { text, .. } if is_about_the_callback(text) => Check::skipped(
            LOGIN,
            "Not checked: the provider looks at the callback URL first.",
        ),
        bad => fails(examiner, endpoint, probe, bad).await,
    }
}

/// The provider goes on with the login. Whether it takes what is asked for, it says without a person only, or not at all.
async fn begins(examiner: &Examiner, endpoint: &Url, probe: &Probe, silent: &Outcome) -> Check {
    if *silent == Outcome::Accepted {
        let scope = probe.scope.join(" ");
        return Check::ok(
            LOGIN,
            format!(
                "The provider does not refuse a login for the scope `{scope}`; what it grants shows after one."
            ),
        );
    }
    let silent_probe = probe.silent();
    let objection = match silent {
        Outcome::Refused { .. } => experiment::objection(examiner, endpoint, &silent_probe).await,
        _ => None,
    };
    let but = objection.map_or_else(String::new, |objection| {
        format!("; without {} it does not", in_words(&objection))
    });
    Check::skipped(
        LOGIN,
        format!(
            "Could not be checked to the end: a login begins, but asked to show no page (prompt=none), the provider {}{but}.",
            silent.in_words()
        ),
    )
}

/// A login as people begin it fails. That is a problem if the provider says what about, if a single part of the request
/// makes the difference, or if it refuses with an error of the protocol.
async fn fails(examiner: &Examiner, endpoint: &Url, probe: &Probe, bad: &Outcome) -> Check {
    let config = examiner.config();
    let asked = requested_audiences(config).join(", ");
    let objection = if bad.may_be_about_the_request() {
        experiment::objection(examiner, endpoint, probe).await
    } else {
        None
    };
    let without = objection.as_ref().map_or_else(String::new, |objection| {
        format!(" The same login without {} goes on.", in_words(objection))
    });
    match (bad, &objection) {
        (Outcome::Refused { code, description }, _) => {
            let description = description.as_deref();
            let audience = (!asked.is_empty()).then_some(asked.as_str());
            let mut finding = Finding::from(Diagnosis::of_login_error(
                config,
                code,
                description,
                audience,
            ));
            finding.cause.push_str(&without);
            Check::problem(LOGIN, "The provider refuses the login.", finding)
        }
        (_, Some(Objection::Audience)) => Check::problem(
            LOGIN,
            "The provider fails if a login names the API.",
            audience::objected(&asked, VARIABLE, bad),
        ),
        (_, Some(_)) => {
            let mut finding = Finding::from(Diagnosis::scope_refused(config, None));
            finding.cause = format!(
                "RequestedGrant for a login, the provider {}.{without} {}",
                bad.in_words(),
                scopes_of(config)
            );
            Check::problem(
                LOGIN,
                "The provider fails because of what the login asks for.",
                finding,
            )
        }
        (Outcome::ErrorPage { status, .. }, None) => {
            match experiment::unknown_client(examiner, endpoint, probe, *status).await {
                Control::Differs => Check::problem(
                    LOGIN,
                    "The provider refuses the login.",
                    refused_on_a_page(config, bad),
                ),
                Control::Same | Control::Failed => Check::skipped(
                    LOGIN,
                    format!(
                        "Could not be checked: the provider {}, as it does for an application that does not exist.",
                        bad.in_words()
                    ),
                ),
            }
        }
        (other, None) => Check::skipped(
            LOGIN,
            format!("Could not be checked: the provider {}.", other.in_words()),
        ),
    }
}

/// The audience that the login names. With several of them each API is examined on its own.
async fn audience_of_login(examiner: &Examiner, endpoint: &Url, outcomes: &Outcomes) -> Check {
    let config = examiner.config();
    let Some(wanted) = config.audience() else {
        return Check::warning(
            AUDIENCE,
            "No API is named, so most providers issue access tokens that no API takes.",
            Diagnosis::AudienceMissing {
                variable: VARIABLE.to_owned(),
            },
        )
        .about(VARIABLE);
    };
    if !is_one_api(config) {
        return Check::skipped(AUDIENCE, "Checked for each API on its own.").about(VARIABLE);
    }
    let said = audience::said_of(&outcomes.visible, (wanted, VARIABLE))
        .or_else(|| audience::said_of(&outcomes.silent, (wanted, VARIABLE)));
    let check = match said {
        Some(diagnosis) => audience::refused(AUDIENCE, diagnosis),
        None => audience::examine(examiner, endpoint, AUDIENCE, (wanted, VARIABLE)).await,
    };
    check.about(VARIABLE)
}

/// Whether the login names one API, so that a refusal is about that one.
pub(super) fn is_one_api(config: &Config) -> bool {
    requested_audiences(config).len() == 1
}

fn unknown_client(config: &Config) -> Finding {
    Finding::new(
        DiagnosisCode::ClientRejected.as_str(),
        format!(
            "It knows no application with the Client ID `{}`.",
            config.client_id()
        ),
        "Compare AUTH0_CLIENT_ID and AUTH0_DOMAIN with Auth0 dashboard > Applications > your application > Settings.",
    )
}

fn refused_on_a_page(config: &Config, bad: &Outcome) -> Finding {
    Finding::new(
        "login_refused",
        format!(
            "RequestedGrant for a login, the provider {}.",
            bad.in_words()
        ),
        format!(
            "Open {} in a browser: the page may say more. Most often the callback URL {} is not registered, or the \
             application may not ask for what it asks for.",
            config.site_url(config.routes().login_path()),
            config.site_url(config.routes().callback_path())
        ),
    )
}

fn scopes_of(config: &Config) -> String {
    let variables = config.scope_variables();
    let each = variables
        .iter()
        .map(|of| format!("{} asks for `{}`", of.variable, of.scopes.join(" ")));
    format!("{}.", each.collect::<Vec<_>>().join("; "))
}

fn in_words(objection: &Objection) -> String {
    match objection {
        Objection::Audience => format!("the API that {VARIABLE} names"),
        Objection::OfflineAccess => "offline_access".to_owned(),
        Objection::Scopes(variable) => format!("the scopes of {variable}"),
    }
}

/// Whether a provider's page is about the callback URL.
fn is_about_the_callback(page: &str) -> bool {
    let page = page.to_ascii_lowercase();
    ["redirect_uri", "redirect uri", "redirect url", "callback"]
        .iter()
        .any(|phrase| page.contains(phrase))
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
