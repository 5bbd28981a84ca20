//! Checks that the provider knows an API. Most providers ignore the parameter that names the API, so a success counts
//! only if the provider rejects an API that does not exist.

use url::Url;

use super::{
    Check, Problem,
    context::CheckContext,
    experiment::{self, ControlResult, RejectedPart},
    outcome::Outcome,
    probe::{Probe, Prompt},
};
use crate::page_text::printable;
use axum_auth0::{Diagnosis, DiagnosisCode};

/// Requests a login with `prompt=none` and `audience`. `variable` is the environment variable that sets the audience.
pub(super) async fn examine(
    context: &CheckContext,
    endpoint: &Url,
    id: &'static str,
    (audience, variable): (&str, &str),
) -> Check {
    let probe = Probe {
        prompt: Prompt::None,
        audiences: vec![audience.to_owned()],
        scope: vec!["openid".to_owned()],
        organization: context.config().organization().map(str::to_owned),
        client_id: None,
    };
    let outcome = probe.send(context, endpoint).await;
    if let Some(diagnosis) = diagnosis_of(&outcome, (audience, variable)) {
        return refused(id, diagnosis);
    }
    if outcome == Outcome::Accepted {
        return match experiment::unknown_audience(context, endpoint, &probe).await {
            ControlResult::Differs => Check::ok(
                id,
                format!("The provider knows {audience}, and lets the application ask for it."),
            ),
            ControlResult::Same => Check::skipped(
                id,
                format!(
                    "Could not be checked: the provider takes {audience}, but an API that does not exist just as well; what \
                     its tokens are for shows after a login."
                ),
            ),
            ControlResult::Failed => Check::skipped(
                id,
                format!(
                    "Could not be checked: the provider takes {audience}, but did not answer the control with an API that does \
                     not exist."
                ),
            ),
        };
    }
    let rejected_part = if outcome.may_concern_request() {
        experiment::rejected_part(context, endpoint, &probe).await
    } else {
        None
    };
    if rejected_part == Some(RejectedPart::Audience) {
        let problem = rejected(audience, variable, &outcome);
        return Check::problem(id, "The provider fails if a login names the API.", problem);
    }
    Check::skipped(
        id,
        format!(
            "Could not be checked: asked for a login that shows no page (prompt=none), the provider {}.",
            outcome.describe()
        ),
    )
}

/// Returns the diagnosis of an error response if it is about the API. The login must name one API only.
pub(super) fn diagnosis_of(outcome: &Outcome, audience: (&str, &str)) -> Option<Diagnosis> {
    let (code, description) = outcome.oauth_error()?;
    let diagnosis = Diagnosis::of_error_response(code, description, Some(audience));
    matches!(
        diagnosis.code(),
        DiagnosisCode::AudienceUnknown | DiagnosisCode::ApiNotAuthorized
    )
    .then_some(diagnosis)
}

/// Returns the check for an API that the provider explicitly rejects.
pub(super) fn refused(id: &'static str, diagnosis: Diagnosis) -> Check {
    let summary = match diagnosis.code() {
        DiagnosisCode::AudienceUnknown => "The provider does not know the API.",
        _ => "The application may not use the API.",
    };
    Check::problem(id, summary, diagnosis)
}

/// Returns the problem for an error that does not mention the API, when an experiment shows that the API is the cause.
pub(super) fn rejected(audience: &str, variable: &str, outcome: &Outcome) -> Problem {
    Problem {
        cause: format!(
            "Asked for a login for `{}`, which {variable} names, the provider {}. The same login without the API is accepted.",
            printable(audience),
            outcome.describe()
        ),
        ..Problem::from(Diagnosis::AudienceUnknown {
            audience: Some(audience.to_owned()),
            variable: variable.to_owned(),
        })
    }
}
