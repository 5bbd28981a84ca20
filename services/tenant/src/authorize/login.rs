//! `/u/login`: the login form.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use sqlx::{Sqlite, SqliteConnection, Transaction};

use super::{
    description::log_login,
    organization,
    pending_login::{LOGIN_PATH, one_click_path, page_url, pending_login},
    prompt::Step,
    required_factor, response,
};
use crate::{
    http::{Parameters, is_same_origin, redirect},
    pages::{error_page::ErrorPage, login::LoginPage},
    sso,
    state::AppState,
    store::{
        authorization_request::AuthorizationRequest,
        logins::{self, PendingLogin},
        sessions::{self, Session},
        users::{self, User},
    },
};

pub(crate) const PATH: &str = LOGIN_PATH;

pub(crate) async fn get(
    State(state): State<Arc<AppState>>,
    RawQuery(query): RawQuery,
) -> Result<Response, ErrorPage> {
    let parameters = Parameters::from_query(query.as_deref())?;
    let login_id = parameters.get("state").unwrap_or_default();
    let login = pending_login(&state, login_id).await?;
    let users = configured_users(&state, &mut *state.store.connection().await?).await?;
    Ok(LoginPage {
        action: PATH,
        one_click_action: one_click_path(&state),
        request: &login.request,
        login_id,
        username: login.request.login_hint.as_deref().unwrap_or_default(),
        failed: false,
        users: &users,
    }
    .into_response())
}

pub(crate) async fn post(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ErrorPage> {
    let form = LoginForm::read(&state, PATH, &headers, &body).await?;
    let username = form.parameters.get("username").unwrap_or_default();
    let password = form.parameters.get("password").unwrap_or_default();

    let mut transaction = state.store.begin().await?;
    let Some(user) = users::authenticate(&mut transaction, username, password).await? else {
        let users = configured_users(&state, &mut transaction).await?;
        return Ok(wrong_password(&state, &form, username, &users));
    };
    log_in(&state, transaction, &headers, &form, &user).await
}

/// Returns the users of the settings, whose passwords are no secrets.
async fn configured_users(
    state: &AppState,
    connection: &mut SqliteConnection,
) -> Result<Vec<User>, sqlx::Error> {
    let mut users = users::list(connection).await?;
    users.retain(|user| state.config.is_configured_user(&user.sub));
    Ok(users)
}

/// A form of the login page.
pub(super) struct LoginForm {
    /// The path that received the form.
    path: &'static str,
    pub(super) parameters: Parameters,
    login: PendingLogin,
}

impl LoginForm {
    /// Reads a form that the tenant's own page sent for a pending login.
    pub(super) async fn read(
        state: &AppState,
        path: &'static str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Self, ErrorPage> {
        // A cross-site form could log the browser in as another user.
        if !is_same_origin(headers) {
            return Err(ErrorPage::cross_site_form());
        }
        let parameters = Parameters::from_body(headers, body)?;
        let login_id = parameters.get("state").unwrap_or_default();
        let login = pending_login(state, login_id).await?;
        Ok(Self {
            path,
            parameters,
            login,
        })
    }

    pub(super) fn request(&self) -> &AuthorizationRequest {
        &self.login.request
    }

    pub(super) fn login_id(&self) -> &str {
        self.parameters.get("state").unwrap_or_default()
    }
}

/// Finishes the login of the form with `user`, who has authenticated.
pub(super) async fn log_in(
    state: &Arc<AppState>,
    mut transaction: Transaction<'static, Sqlite>,
    headers: &HeaderMap,
    form: &LoginForm,
    user: &User,
) -> Result<Response, ErrorPage> {
    let request = &form.login.request;
    if !logins::finish(&mut transaction, form.login_id()).await? {
        return Err(ErrorPage::login_not_found());
    }
    let previous = sso::current_session(state, &mut transaction, headers).await?;
    let replaced = previous.clone().filter(|session| session.sub != user.sub);
    let (session, cookie) = match previous.filter(|session| session.sub == user.sub) {
        Some(session) => sessions::renew(&mut transaction, session, state.now()).await?,
        None => sessions::start(&mut transaction, &user.sub, state.now()).await?,
    };
    let event = format!("{} logged in for", user.email);
    log_login(state, form.path, &event, request);
    let need = required_factor::need(state, &mut transaction, request, &session).await?;
    let location = match Step::after_login(request.prompt, need) {
        Step::Unmet => {
            let error = required_factor::unmet(request);
            state.activity_log.refused(
                form.path,
                format!(
                    "The application received the error {}.{}",
                    error.error, error.fix
                ),
            );
            response::error_url(state, &error)
        }
        Step::IssueCode => {
            organization::next_url(state, &mut transaction, request, &session).await?
        }
        step => {
            let login_id =
                logins::start(&mut transaction, request, Some(&session.sid), state.now()).await?;
            page_url(step, &login_id)
        }
    };
    transaction.commit().await?;
    end_replaced(state, replaced).await?;

    let mut response = redirect(&location);
    sso::cookie::set(&mut response, &cookie);
    Ok(response)
}

fn wrong_password(state: &AppState, form: &LoginForm, username: &str, users: &[User]) -> Response {
    // Log known addresses only, because a user may type a password into the wrong field.
    let email = users
        .iter()
        .find(|user| user.email.eq_ignore_ascii_case(username.trim()))
        .map_or("an unknown email address", |user| &user.email);
    state
        .activity_log
        .refused(PATH, format!("Wrong email or password for {email}."));
    let page = LoginPage {
        action: PATH,
        one_click_action: one_click_path(state),
        request: &form.login.request,
        login_id: form.login_id(),
        username,
        failed: true,
        users,
    };
    (StatusCode::BAD_REQUEST, page).into_response()
}

/// A browser has one session. The login of another user ends the previous session.
async fn end_replaced(state: &Arc<AppState>, replaced: Option<Session>) -> Result<(), sqlx::Error> {
    if let Some(session) = replaced {
        sso::end_session(state, &session.sid).await?;
    }
    Ok(())
}
