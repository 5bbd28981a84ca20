//! The decision about requests that require a recent or a strong login.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    guard::{Guard, require_login::refuse_anonymous},
    session::CurrentUser,
    step_up::StepUp,
};

/// Layer in front of a router whose routes all require a login that satisfies a [`StepUp`].
pub(crate) async fn require_step_up(
    State((guard, step_up)): State<(Guard, StepUp)>,
    request: Request,
    next: Next,
) -> Response {
    match refuse_without_step_up(&guard, &request, &step_up, &[]) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    }
}

/// Returns the response to a request without such a login. An anonymous user logs in once, and so that it suffices, with
/// `parameters` besides.
pub(crate) fn refuse_without_step_up(
    guard: &Guard,
    request: &Request,
    step_up: &StepUp,
    parameters: &[(&'static str, String)],
) -> Option<Response> {
    let mut all = step_up.login_parameters();
    for (name, value) in parameters {
        if !all.iter().any(|(given, _)| given == name) {
            all.push((*name, value.clone()));
        }
    }
    if let Some(refusal) = refuse_anonymous(guard, request, &all) {
        return Some(refusal);
    }
    match request.extensions().get() {
        Some(CurrentUser::SignedIn(user)) => user
            .require_step_up(step_up)
            .err()
            .map(IntoResponse::into_response),
        // `refuse_anonymous` has refused it.
        _ => None,
    }
}
