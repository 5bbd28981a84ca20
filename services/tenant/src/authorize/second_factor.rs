//! `/u/second-factor`: the page that asks for the code of the second factor, after the user has authenticated.

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
    pending_login::{AuthenticatedForm, SECOND_FACTOR_PATH, authenticated_login, page_url},
    prompt::{Need, Step},
};
use crate::{
    http::{Parameters, redirect},
    pages::{
        error_page::ErrorPage,
        second_factor::{Failure, SecondFactorPage},
    },
    state::AppState,
    store::{
        authorization_request::AuthorizationRequest,
        logins,
        second_factors::{self, Verdict},
        sessions::Session,
        users,
    },
};

pub(crate) const PATH: &str = SECOND_FACTOR_PATH;
/// Like the login without a password, for development.
pub(crate) const ONE_CLICK_PATH: &str = "/u/second-factor/one-click";

pub(crate) async fn get(
    State(state): State<Arc<AppState>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let parameters = Parameters::from_query(query.as_deref())?;
    let login_id = parameters.get("state").unwrap_or_default();
    let (request, session) = authenticated_login(&state, &headers, login_id).await?;
    let mut connection = state.store.connection().await?;
    page(&state, &mut connection, &request, &session, login_id, None).await
}

pub(crate) async fn post(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ErrorPage> {
    let form = AuthenticatedForm::read(&state, &headers, &body).await?;
    let code = form.parameters.get("code").unwrap_or_default();
    let mut transaction = state.store.begin().await?;
    let sub = &form.session.sub;
    let failure = match second_factors::verify(&mut transaction, sub, code, state.now()).await? {
        Verdict::Accepted => return continue_login(&state, transaction, PATH, &form).await,
        Verdict::Wrong { attempts_left } => Failure::Wrong { attempts_left },
        Verdict::Blocked => Failure::Blocked,
    };
    state.activity_log.refused(
        PATH,
        match failure {
            Failure::Wrong { .. } => format!("Wrong code of the second factor of {sub}."),
            Failure::Blocked => {
                format!("The second factor of {sub} is blocked: too many codes were wrong.")
            }
        },
    );
    let response = page(
        &state,
        &mut transaction,
        &form.request,
        &form.session,
        form.login_id(),
        Some(failure),
    )
    .await?;
    // The failure counts.
    transaction.commit().await?;
    let status = match failure {
        Failure::Wrong { .. } => StatusCode::BAD_REQUEST,
        Failure::Blocked => StatusCode::TOO_MANY_REQUESTS,
    };
    Ok((status, response).into_response())
}

/// Gives the second factor without a code. The route exists if logins without a password are enabled.
pub(crate) async fn one_click(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ErrorPage> {
    let form = AuthenticatedForm::read(&state, &headers, &body).await?;
    let mut transaction = state.store.begin().await?;
    let sub = &form.session.sub;
    if second_factors::current_code(&mut transaction, sub, state.now())
        .await?
        .is_none()
    {
        return Err(ErrorPage::login_not_found());
    }
    continue_login(&state, transaction, ONE_CLICK_PATH, &form).await
}

/// Records the second factor in the session, and continues with the consent page or the callback.
pub(super) async fn continue_login(
    state: &AppState,
    mut transaction: Transaction<'static, Sqlite>,
    path: &'static str,
    form: &AuthenticatedForm,
) -> Result<Response, ErrorPage> {
    let AuthenticatedForm {
        request, session, ..
    } = form;
    if !logins::finish(&mut transaction, form.login_id()).await? {
        return Err(ErrorPage::login_not_found());
    }
    second_factors::record(&mut transaction, &session.sid, state.now()).await?;
    let event = format!("{} gave the second factor for", session.sub);
    log_login(state, path, &event, request);
    let location = match Step::after_login(request.prompt, Need::Nothing) {
        Step::IssueCode => {
            organization::next_url(state, &mut transaction, request, session).await?
        }
        step => {
            let now = state.now();
            let login_id =
                logins::start(&mut transaction, request, Some(&session.sid), now).await?;
            page_url(step, &login_id)
        }
    };
    transaction.commit().await?;
    Ok(redirect(&location))
}

async fn page(
    state: &AppState,
    connection: &mut SqliteConnection,
    request: &AuthorizationRequest,
    session: &Session,
    login_id: &str,
    failure: Option<Failure>,
) -> Result<Response, ErrorPage> {
    let user = users::find(connection, &session.sub)
        .await?
        .ok_or_else(ErrorPage::login_not_found)?;
    let code = second_factors::current_code(connection, &session.sub, state.now()).await?;
    Ok(SecondFactorPage {
        action: PATH,
        one_click: code
            .filter(|_| state.config.one_click_login)
            .map(|code| (ONE_CLICK_PATH, code)),
        request,
        login_id,
        email: &user.email,
        failure,
    }
    .into_response())
}
