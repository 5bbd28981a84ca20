//! Which part of a login the provider objects to. Each experiment repeats the request with one thing changed, so that the
//! difference in the outcome is about that thing and about nothing else.

use url::Url;

use super::{context::CheckContext, outcome::Outcome, probe::Probe};
use axum_auth0::random;

/// The one thing without which the provider goes on with the login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RejectedPart {
    /// The API that the login names.
    Audience,
    /// `offline_access`.
    OfflineAccess,
    /// The scopes of this variable.
    Scopes(String),
}

impl RejectedPart {
    /// Names the part, to complete “without …”.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Audience => "the API that AUTH0_AUDIENCE names".to_owned(),
            Self::OfflineAccess => "offline_access".to_owned(),
            Self::Scopes(variable) => format!("the scopes of {variable}"),
        }
    }
}

/// Finds what the provider objects to in `probe`, whose outcome was no good. `None` if no single thing makes the
/// difference, or if the provider has changed its mind.
pub(super) async fn rejected_part(
    context: &CheckContext,
    endpoint: &Url,
    probe: &Probe,
) -> Option<RejectedPart> {
    for (rejected_part, changed) in changes(context, probe) {
        if !changed.send(context, endpoint).await.is_accepted() {
            continue;
        }
        // Once more, so that nothing is blamed for a moment of weakness.
        let again = probe.send(context, endpoint).await;
        return (!again.is_accepted()).then_some(rejected_part);
    }
    None
}

fn changes(context: &CheckContext, probe: &Probe) -> Vec<(RejectedPart, Probe)> {
    let mut experiments = Vec::new();
    if !probe.audiences.is_empty() {
        experiments.push((RejectedPart::Audience, probe.with_audiences(&[])));
    }
    let offline_access = "offline_access".to_owned();
    if probe.scope.contains(&offline_access) {
        let changed = probe.without_scopes(std::slice::from_ref(&offline_access));
        experiments.push((RejectedPart::OfflineAccess, changed));
    }
    for of in context.config().scope_variables() {
        let changed = probe.without_scopes(&of.scopes);
        if changed.scope.len() < probe.scope.len() {
            experiments.push((RejectedPart::Scopes(of.variable), changed));
        }
    }
    experiments
}

/// What a control experiment says of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ControlResult {
    /// With something surely wrong the outcome is another one: the right thing makes the difference.
    Differs,
    /// With something surely wrong the outcome is the same, so it says nothing.
    Same,
    /// The provider did not answer the control experiment.
    Failed,
}

/// Repeats `probe` with an API that surely does not exist.
pub(super) async fn unknown_audience(
    context: &CheckContext,
    endpoint: &Url,
    probe: &Probe,
) -> ControlResult {
    let unknown = format!("https://{}.invalid/", random(context));
    let control = probe.with_audiences(&[&unknown]);
    match control.send(context, endpoint).await {
        Outcome::Failed { .. } => ControlResult::Failed,
        Outcome::Accepted => ControlResult::Same,
        Outcome::LoginPage | Outcome::Refused { .. } | Outcome::ErrorPage { .. } => {
            ControlResult::Differs
        }
    }
}

/// Repeats `probe`, which was answered with an error page of this status, with a client that surely does not exist.
pub(super) async fn unknown_client(
    context: &CheckContext,
    endpoint: &Url,
    probe: &Probe,
    status: http::StatusCode,
) -> ControlResult {
    let control = probe.of_client(&random(context));
    match control.send(context, endpoint).await {
        Outcome::Failed { .. } => ControlResult::Failed,
        // The text may hold a time or the number of the request, so it is not compared.
        Outcome::ErrorPage { status: other, .. } if other == status => ControlResult::Same,
        _ => ControlResult::Differs,
    }
}

fn random(context: &CheckContext) -> String {
    let number = u128::from_be_bytes(random::bytes(context.random().as_ref()));
    format!("doctor-{number:032x}")
}
