//! Guards for server functions that require a recent or a strong login.

use super::{guards::require_user, request, response};
use crate::error::{AuthError, StepUpLogin};
use axum_auth0::{FailedForms, SignedInUser, StepUp, StepUpRequests, StepUpRequired};
use http::request::Parts;
use leptos::prelude::use_context;
use std::time::Duration;

/// Returns the signed-in user of the current request, if they proved their identity at the provider at most `max_age` ago.
///
/// Otherwise the user logs in again, and the form that called the server function is sent after that, with and without
/// JavaScript.
///
/// ```
/// # use leptos::prelude::*;
/// # use leptos_auth0::AuthError;
/// #[server]
/// async fn close_account() -> Result<(), AuthError> {
///     use leptos_auth0::server::require_recent_auth;
///     use std::time::Duration;
///
///     let user = require_recent_auth(Duration::from_mins(5))?;
///     # let _ = user;
///     Ok(())
/// }
/// ```
///
/// # Errors
/// Those of [`require_user`], and [`AuthError::StepUpRequired`].
pub fn require_recent_auth(max_age: Duration) -> Result<SignedInUser, AuthError> {
    require_step_up(&StepUp::recent_auth(max_age))
}

/// Returns the signed-in user of the current request, if the login satisfied one of these authentication context classes.
///
/// # Errors
/// Those of [`require_user`], and [`AuthError::StepUpRequired`].
pub fn require_acr<V: Into<String>>(
    values: impl IntoIterator<Item = V>,
) -> Result<SignedInUser, AuthError> {
    require_step_up(&StepUp::acr(values))
}

/// Returns the signed-in user of the current request, if the login satisfies `step_up`.
///
/// # Errors
/// Those of [`require_user`], and [`AuthError::StepUpRequired`].
pub fn require_step_up(step_up: &StepUp) -> Result<SignedInUser, AuthError> {
    let user = require_user()?;
    user.require_step_up(step_up)?;
    Ok(user)
}

impl From<StepUpRequired> for AuthError {
    fn from(StepUpRequired(step_up): StepUpRequired) -> Self {
        let seconds = step_up.max_age().map(|age| age.as_secs());
        Self::StepUpRequired(StepUpLogin {
            max_age: seconds.map(|seconds| u32::try_from(seconds).unwrap_or(u32::MAX)),
            acr_values: step_up.acr_values().to_vec(),
            login_url: login_url(&step_up),
        })
    }
}

/// Returns the login that satisfies `step_up`: that of the engine's layer, which also sends the form, or one that returns
/// to the page.
fn login_url(step_up: &StepUp) -> String {
    let Some(parts) = use_context::<Parts>() else {
        return String::new();
    };
    if let Some(requests) = parts.extensions.get::<StepUpRequests>() {
        return requests.login_url(step_up);
    }
    let page = request::return_to_or_home(FailedForms::page_of(&parts).as_deref());
    let parameters = step_up.login_parameters();
    let parameters = parameters
        .iter()
        .map(|(name, value)| (*name, value.as_str()));
    request::auth_routes().login_url_with(page.as_str(), parameters)
}

/// Responds to a server function whose user has to log in again. The engine keeps the form, and redirects a browser that
/// posted it. `error` is the JSON of the error.
pub(crate) fn respond(login: &StepUpLogin, error: &str) {
    let max_age = login
        .max_age
        .map(|seconds| Duration::from_secs(seconds.into()));
    let step_up = StepUp::required_by_api(max_age, login.acr_values.clone());
    response::set_status(401);
    if let Some(parts) = use_context::<Parts>() {
        match parts.extensions.get::<StepUpRequests>() {
            Some(requests) => requests.demand(step_up, Some(error)),
            None if response::is_plain_form(&parts) => response::see_other(&login.login_url),
            None => {}
        }
    }
}
