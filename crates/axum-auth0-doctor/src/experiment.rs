//! Finds the part of a login request that the provider rejects. Each experiment repeats the request with a single
//! change, so a different outcome is due to that change.

use url::Url;

use super::{context::CheckContext, outcome::Outcome, probe::Probe};
use axum_auth0::random;

/// The single part without which the provider accepts the login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RejectedPart {
    /// The API that the login names.
    Audience,
    /// The `offline_access` scope.
    OfflineAccess,
    /// The scopes of this environment variable.
    Scopes(String),
    /// The organization.
    Organization,
}

impl RejectedPart {
    /// Returns a phrase that completes “without …”.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Audience => "the API that AUTH0_AUDIENCE names".to_owned(),
            Self::OfflineAccess => "offline_access".to_owned(),
            Self::Organization => "the organization that AUTH0_ORGANIZATION names".to_owned(),
            Self::Scopes(variable) => format!("the scopes of {variable}"),
        }
    }
}

/// Returns the part of `probe` that the provider rejects. Returns `None` if no single part makes a difference, or if
/// the provider accepts `probe` when it is sent again.
pub(super) async fn rejected_part(
    context: &CheckContext,
    endpoint: &Url,
    probe: &Probe,
) -> Option<RejectedPart> {
    for (rejected_part, changed) in changes(context, probe) {
        if !changed.send(context, endpoint).await.is_accepted() {
            continue;
        }
        // Repeats the original request to rule out a transient failure.
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
    if probe.organization.is_some() {
        experiments.push((RejectedPart::Organization, probe.with_organization(None)));
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

/// The result of a control experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ControlResult {
    /// The provider handles the invalid value differently, so the original outcome is due to the original value.
    Differs,
    /// The provider handles the invalid value in the same way, so the original outcome proves nothing.
    Same,
    /// The provider did not respond to the control request.
    Failed,
}

/// Repeats `probe` with an API that does not exist.
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
        Outcome::LoginPage
        | Outcome::Refused { .. }
        | Outcome::PushRefused { .. }
        | Outcome::ErrorPage { .. } => ControlResult::Differs,
    }
}

/// Repeats `probe` with an organization that does not exist.
pub(super) async fn unknown_organization(
    context: &CheckContext,
    endpoint: &Url,
    probe: &Probe,
) -> ControlResult {
    let control = probe.with_organization(Some(random(context)));
    match control.send(context, endpoint).await {
        Outcome::Failed { .. } => ControlResult::Failed,
        outcome if outcome.is_accepted() => ControlResult::Same,
        _ => ControlResult::Differs,
    }
}

/// Repeats `probe` with a client that does not exist. `status` is the status of the error page for the original
/// request.
pub(super) async fn unknown_client(
    context: &CheckContext,
    endpoint: &Url,
    probe: &Probe,
    status: http::StatusCode,
) -> ControlResult {
    let control = probe.of_client(&random(context));
    match control.send(context, endpoint).await {
        Outcome::Failed { .. } => ControlResult::Failed,
        // Compares the status only: the text may contain a timestamp or a request ID.
        Outcome::ErrorPage { status: other, .. } if other == status => ControlResult::Same,
        _ => ControlResult::Differs,
    }
}

fn random(context: &CheckContext) -> String {
    let number = u128::from_be_bytes(random::bytes(context.random().as_ref()));
    format!("doctor-{number:032x}")
}
