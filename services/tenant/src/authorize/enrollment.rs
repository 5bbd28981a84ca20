//! `/u/second-factor/enroll`: the page on which a user sets up a second factor, in a login that requires one.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use sqlx::SqliteConnection;

use super::{
    pending_login::{AuthenticatedForm, ENROLLMENT_PATH, SECOND_FACTOR_PATH, authenticated_login},
    second_factor::continue_login,
};
use crate::{
    http::{Parameters, redirect},
    pages::{enrollment::EnrollmentPage, error_page::ErrorPage},
    state::AppState,
    store::{
        authorization_request::AuthorizationRequest,
        second_factor_enrollments::{self, Enrollment},
        second_factors,
        sessions::Session,
        users,
    },
    totp,
};

pub(crate) const PATH: &str = ENROLLMENT_PATH;

pub(crate) async fn get(
    State(state): State<Arc<AppState>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    check_enabled(&state)?;
    let parameters = Parameters::from_query(query.as_deref())?;
    let login_id = parameters.get("state").unwrap_or_default();
    let (request, session) = authenticated_login(&state, &headers, login_id).await?;
    let mut transaction = state.store.begin().await?;
    if second_factors::secret(&mut transaction, &session.sub)
        .await?
        .is_some()
    {
        return Ok(redirect(&second_factor_url(login_id)));
    }
    let response = page(
        &state,
        &mut transaction,
        (&request, &session),
        login_id,
        false,
    )
    .await?;
    transaction.commit().await?;
    Ok(response)
}

pub(crate) async fn post(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ErrorPage> {
    check_enabled(&state)?;
    let form = AuthenticatedForm::read(&state, &headers, &body).await?;
    let code = form.parameters.get("code").unwrap_or_default();
    let mut transaction = state.store.begin().await?;
    let sub = &form.session.sub;
    let result =
        second_factor_enrollments::confirm(&mut transaction, &form.session, code, state.now())
            .await?;
    match result {
        Enrollment::Done => {
            let text = format!("{sub} set up a second factor.");
            state.activity_log.granted(PATH, text);
            continue_login(&state, transaction, PATH, &form).await
        }
        Enrollment::HasOne => Ok(redirect(&second_factor_url(form.login_id()))),
        Enrollment::WrongCode => {
            let text = format!("Wrong first code of the new second factor of {sub}.");
            state.activity_log.refused(PATH, text);
            let of = (&form.request, &form.session);
            let response = page(&state, &mut transaction, of, form.login_id(), true).await?;
            transaction.commit().await?;
            Ok((StatusCode::BAD_REQUEST, response).into_response())
        }
    }
}

fn check_enabled(state: &AppState) -> Result<(), ErrorPage> {
    if state.config.second_factor_enrollment {
        Ok(())
    } else {
        Err(ErrorPage::not_found())
    }
}

fn second_factor_url(login_id: &str) -> String {
    format!("{SECOND_FACTOR_PATH}?state={login_id}")
}

async fn page(
    state: &AppState,
    connection: &mut SqliteConnection,
    (request, session): (&AuthorizationRequest, &Session),
    login_id: &str,
    is_wrong: bool,
) -> Result<Response, ErrorPage> {
    let user = users::find(connection, &session.sub)
        .await?
        .ok_or_else(ErrorPage::login_not_found)?;
    let secret = second_factor_enrollments::pending_secret(connection, session).await?;
    let code = totp::code(&secret, totp::period(state.now()));
    Ok(EnrollmentPage {
        action: PATH,
        request,
        login_id,
        email: &user.email,
        secret: &secret,
        one_click: Some(code).filter(|_| state.config.one_click_login),
        is_wrong,
    }
    .into_response())
}
