//! Checks that a login can start: the callback is registered, the request is accepted, and the API is known and
//! granted.
//!
//! The login request is sent as the site sends it, and again with `prompt=none`. The first outcome is what users see.
//! With `prompt=none` the provider redirects to the callback without user interaction, if it supports that.

mod problems;

use url::Url;

use super::{
    Check, Problem, Status, audience,
    context::{CheckContext, without_metadata},
    experiment::{self, ControlResult, RejectedPart},
    outcome::Outcome,
    page_text::{concerns_callback, concerns_client, quoted},
    probe::Probe,
};
use axum_auth0::{Diagnosis, config::Config, oauth::requested_audiences};

const CALLBACK: &str = "callback";
const LOGIN: &str = "login";
const AUDIENCE: &str = "audience";
const VARIABLE: &str = "AUTH0_AUDIENCE";

/// The outcomes of the login request, unchanged and with `prompt=none`.
struct Outcomes {
    visible: Outcome,
    silent: Outcome,
}

pub(super) async fn check(context: &CheckContext) -> Vec<Check> {
    let ids = [CALLBACK, LOGIN, AUDIENCE];
    let config = context.config();
    let Some(metadata) = context.metadata().await else {
        return without_metadata(&ids);
    };
    let Some(endpoint) = &metadata.authorization_endpoint else {
        let why = "Not checked: the provider's metadata names no authorization endpoint.";
        return ids.map(|id| Check::skipped(id, why)).into();
    };
    let probe = Probe::of_login(config, &requested_audiences(config));
    let silent = probe.silent();
    let (visible, silent) = tokio::join!(
        probe.send(context, endpoint),
        silent.send(context, endpoint)
    );
    let outcomes = Outcomes { visible, silent };
    // A provider that fails because of an API may still redirect to the callback.
    let comes_back = outcomes.visible.returned_to_callback()
        || outcomes.silent.returned_to_callback()
        || probe
            .silent()
            .with_audiences(&[])
            .send(context, endpoint)
            .await
            .returned_to_callback();
    let audience = audience_of_login(context, endpoint, &outcomes).await;
    let concerns_api = audience.status == Status::Problem;
    vec![
        callback(config, &outcomes, comes_back),
        login(context, endpoint, &probe, &outcomes, concerns_api).await,
        audience,
    ]
}

fn callback(config: &Config, outcomes: &Outcomes, comes_back: bool) -> Check {
    let callback = config.site_url(config.routes().callback_path());
    if comes_back {
        return Check::ok(
            CALLBACK,
            format!("The provider sends users back to {callback}."),
        );
    }
    let text = outcomes.visible.refusal_text().unwrap_or_default();
    match &outcomes.visible {
        _ if concerns_client(&text) => Check::skipped(
            CALLBACK,
            "Not checked: the provider does not know the application.",
        ),
        refused if concerns_callback(&text) => {
            let mut problem = Problem::from(Diagnosis::CallbackNotRegistered {
                callback: callback.clone(),
            });
            let how = match refused {
                Outcome::ErrorPage { status, text } => {
                    format!(
                        "answers a login with status {}{}",
                        status.as_u16(),
                        quoted(text)
                    )
                }
                other => other.describe(),
            };
            problem.cause = format!("{} It {how}.", problem.cause);
            let summary = "The provider does not send users back to this site.";
            Check::problem(CALLBACK, summary, problem)
        }
        Outcome::LoginPage => Check::skipped(
            CALLBACK,
            format!(
                "Could not be checked: the provider shows a page at a login and, asked to show none (prompt=none), {}.",
                outcomes.silent.describe()
            ),
        ),
        other => Check::skipped(
            CALLBACK,
            format!("Could not be checked: the provider {}.", other.describe()),
        ),
    }
}

async fn login(
    context: &CheckContext,
    endpoint: &Url,
    probe: &Probe,
    outcomes: &Outcomes,
    concerns_api: bool,
) -> Check {
    let config = context.config();
    let text = outcomes.visible.refusal_text().unwrap_or_default();
    match &outcomes.visible {
        Outcome::Accepted | Outcome::LoginPage => {
            begins(context, endpoint, probe, &outcomes.silent).await
        }
        _ if concerns_api => Check::skipped(
            LOGIN,
            "Not checked to the end: the provider refuses the API that the login names.",
        ),
        _ if concerns_client(&text) => Check::problem(
            LOGIN,
            "The provider does not know this application.",
            problems::unknown_client(config),
        ),
        _ if concerns_callback(&text) => Check::skipped(
            LOGIN,
            "Not checked: the provider looks at the callback URL first.",
        ),
        bad => fails(context, endpoint, probe, bad).await,
    }
}

/// Returns the check for a login that starts. Only the outcome with `prompt=none` can show whether the provider accepts
/// the requested scopes and APIs.
async fn begins(context: &CheckContext, endpoint: &Url, probe: &Probe, silent: &Outcome) -> Check {
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
    let rejected_part = match silent {
        Outcome::Refused { .. } | Outcome::PushRefused { .. } => {
            experiment::rejected_part(context, endpoint, &silent_probe).await
        }
        _ => None,
    };
    let but = rejected_part.map_or_else(String::new, |rejected_part| {
        format!("; without {} it does not", rejected_part.describe())
    });
    Check::skipped(
        LOGIN,
        format!(
            "Could not be checked to the end: a login begins, but asked to show no page (prompt=none), the provider {}{but}.",
            silent.describe()
        ),
    )
}

/// Returns the check for a login that fails. It is a problem if the provider names the cause, if removing a single part
/// of the request makes a difference, or if the provider sends a protocol error.
async fn fails(context: &CheckContext, endpoint: &Url, probe: &Probe, bad: &Outcome) -> Check {
    let config = context.config();
    let asked = requested_audiences(config).join(", ");
    let rejected_part = if bad.may_concern_request() {
        experiment::rejected_part(context, endpoint, probe).await
    } else {
        None
    };
    let without = rejected_part
        .as_ref()
        .map_or_else(String::new, |rejected_part| {
            format!(
                " The same login without {} is accepted.",
                rejected_part.describe()
            )
        });
    match (bad, &rejected_part) {
        (_, Some(RejectedPart::Organization)) => Check::skipped(
            LOGIN,
            "Not checked to the end: the provider refuses the organization of the login.",
        ),
        (
            Outcome::Refused { code, description } | Outcome::PushRefused { code, description },
            _,
        ) => {
            let description = description.as_deref();
            let audience = (!asked.is_empty()).then_some(asked.as_str());
            let mut problem = Problem::from(Diagnosis::of_login_error(
                config,
                code,
                description,
                audience,
            ));
            problem.cause.push_str(&without);
            Check::problem(LOGIN, "The provider refuses the login.", problem)
        }
        (_, Some(RejectedPart::Audience)) => Check::problem(
            LOGIN,
            "The provider fails if a login names the API.",
            audience::rejected(&asked, VARIABLE, bad),
        ),
        (_, Some(_)) => {
            let mut problem = Problem::from(Diagnosis::scope_refused(config, None));
            problem.cause = format!(
                "Asked for a login, the provider {}.{without} {}",
                bad.describe(),
                problems::scopes_of(config)
            );
            Check::problem(
                LOGIN,
                "The provider fails because of what the login asks for.",
                problem,
            )
        }
        (Outcome::ErrorPage { status, .. }, None) => {
            match experiment::unknown_client(context, endpoint, probe, *status).await {
                ControlResult::Differs => Check::problem(
                    LOGIN,
                    "The provider refuses the login.",
                    problems::refused_with_page(config, bad),
                ),
                ControlResult::Same | ControlResult::Failed => Check::skipped(
                    LOGIN,
                    format!(
                        "Could not be checked: the provider {}, as it does for an application that does not exist.",
                        bad.describe()
                    ),
                ),
            }
        }
        (other, None) => Check::skipped(
            LOGIN,
            format!("Could not be checked: the provider {}.", other.describe()),
        ),
    }
}

/// Checks the audience of the login. If the login names several APIs, each is checked separately.
async fn audience_of_login(context: &CheckContext, endpoint: &Url, outcomes: &Outcomes) -> Check {
    let config = context.config();
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
    let said = audience::diagnosis_of(&outcomes.visible, (wanted, VARIABLE))
        .or_else(|| audience::diagnosis_of(&outcomes.silent, (wanted, VARIABLE)));
    let check = match said {
        Some(diagnosis) => audience::refused(AUDIENCE, diagnosis),
        None => audience::examine(context, endpoint, AUDIENCE, (wanted, VARIABLE)).await,
    };
    check.about(VARIABLE)
}

/// Returns whether the login names exactly one API, so that an error about the API is about this one.
pub(super) fn is_one_api(config: &Config) -> bool {
    requested_audiences(config).len() == 1
}
