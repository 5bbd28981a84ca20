//! Which part of a login the provider objects to. Each experiment repeats the request with one thing changed, so that the
//! difference in the outcome is about that thing and about nothing else.

use url::Url;

use super::{
    examination::Examiner,
    probe::{Outcome, Probe},
};
use crate::random;

/// The one thing without which the provider goes on with the login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Objection {
    /// The API that the login names.
    Audience,
    /// `offline_access`.
    OfflineAccess,
    /// The scopes of this variable.
    Scopes(String),
}

/// Finds what the provider objects to in `probe`, whose outcome was no good. `None` if no single thing makes the
/// difference, or if the provider has changed its mind.
pub(super) async fn objection(
    examiner: &Examiner,
    endpoint: &Url,
    probe: &Probe,
) -> Option<Objection> {
    for (objection, changed) in changes(examiner, probe) {
        if !changed.send(examiner, endpoint).await.is_good() {
            continue;
        }
        // Once more, so that nothing is blamed for a moment of weakness.
        let again = probe.send(examiner, endpoint).await;
        return (!again.is_good()).then_some(objection);
    }
    None
}

fn changes(examiner: &Examiner, probe: &Probe) -> Vec<(Objection, Probe)> {
    let mut experiments = Vec::new();
    if !probe.audiences.is_empty() {
        experiments.push((Objection::Audience, probe.with_audiences(&[])));
    }
    let offline_access = "offline_access".to_owned();
    if probe.scope.contains(&offline_access) {
        let changed = probe.without_scopes(std::slice::from_ref(&offline_access));
        experiments.push((Objection::OfflineAccess, changed));
    }
    for of in examiner.config().scope_variables() {
        let changed = probe.without_scopes(&of.scopes);
        if changed.scope.len() < probe.scope.len() {
            experiments.push((Objection::Scopes(of.variable), changed));
        }
    }
    experiments
}

/// What a control experiment says of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Control {
    /// With something surely wrong the outcome is another one: the right thing makes the difference.
    Differs,
    /// With something surely wrong the outcome is the same, so it says nothing.
    Same,
    /// The provider did not answer the control experiment.
    Failed,
}

/// Repeats `probe` with an API that surely does not exist.
pub(super) async fn unknown_audience(
    examiner: &Examiner,
    endpoint: &Url,
    probe: &Probe,
) -> Control {
    let unknown = format!("https://{}.invalid/", random(examiner));
    let control = probe.with_audiences(&[&unknown]);
    match control.send(examiner, endpoint).await {
        Outcome::Failed { .. } => Control::Failed,
        Outcome::Accepted => Control::Same,
        Outcome::Page | Outcome::Refused { .. } | Outcome::ErrorPage { .. } => Control::Differs,
    }
}

/// Repeats `probe`, which was answered with an error page of this status, with a client that surely does not exist.
pub(super) async fn unknown_client(
    examiner: &Examiner,
    endpoint: &Url,
    probe: &Probe,
    status: http::StatusCode,
) -> Control {
    let control = probe.of_client(&random(examiner));
    match control.send(examiner, endpoint).await {
        Outcome::Failed { .. } => Control::Failed,
        // The text may hold a time or the number of the request, so it is not compared.
        Outcome::ErrorPage { status: other, .. } if other == status => Control::Same,
        _ => Control::Differs,
    }
}

fn random(examiner: &Examiner) -> String {
    let number = u128::from_be_bytes(random::bytes(examiner.random().as_ref()));
    format!("doctor-{number:032x}")
}
