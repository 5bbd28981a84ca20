//! `/u/signup`: the registration form, which a login with `screen_hint=signup` or `prompt=create` opens first.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};

use super::{
    login::{LoginForm, log_in},
    pending_login::{SIGN_UP_PATH, pending_login},
};
use crate::{
    http::Parameters,
    pages::{error_page::ErrorPage, sign_up::SignUpPage},
    state::AppState,
    store::users::{self, NewUser},
};

pub(crate) const PATH: &str = SIGN_UP_PATH;

/// Minimum and maximum length of a password, in characters.
const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 8..=200;

pub(crate) async fn get(
    State(state): State<Arc<AppState>>,
    RawQuery(query): RawQuery,
) -> Result<Response, ErrorPage> {
    let parameters = Parameters::from_query(query.as_deref())?;
    let login_id = parameters.get("state").unwrap_or_default();
    let login = pending_login(&state, login_id).await?;
    Ok(SignUpPage {
        action: PATH,
        request: &login.request,
        login_id,
        email: login.request.login_hint.as_deref().unwrap_or_default(),
        error: None,
    }
    .into_response())
}

/// Creates the user and logs them in. The user exists until the tenant starts again, which restores the users of the
/// settings.
pub(crate) async fn post(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ErrorPage> {
    let form = LoginForm::read(&state, PATH, &headers, &body).await?;
    let field = |name| form.parameters.get(name).unwrap_or_default().trim();
    let password = form.parameters.get("password").unwrap_or_default();
    let refused = |error: &str| {
        state.activity_log.refused(PATH, error.to_owned());
        let page = SignUpPage {
            action: PATH,
            request: form.request(),
            login_id: form.login_id(),
            email: field("email"),
            error: Some(error),
        };
        Ok((StatusCode::BAD_REQUEST, page).into_response())
    };
    if !is_email(field("email")) {
        return refused("This is not an email address.");
    }
    if !PASSWORD_LENGTH.contains(&password.chars().count()) {
        return refused("The password must have 8 to 200 characters.");
    }
    let new = NewUser {
        email: field("email"),
        password,
        given_name: field("given_name"),
        family_name: field("family_name"),
    };
    let mut transaction = state.store.begin().await?;
    match users::create(&mut transaction, &new, state.now()).await? {
        Some(user) => log_in(&state, transaction, &headers, &form, &user).await,
        None => refused("This email address has an account already."),
    }
}

fn is_email(text: &str) -> bool {
    text.len() <= 254
        && !text.contains(char::is_whitespace)
        && text
            .split_once('@')
            .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
}
