//! `GET` and `POST /authorize`.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use sqlx::SqliteConnection;

use super::{
    description::log_login,
    error::{AuthorizationError, ErrorRedirect},
    organization, par,
    pending_login::{AUTHORIZE_PATH, SIGN_UP_PATH, page_url},
    prompt::{Need, Step},
    required_factor, response, session_transfer, validation,
};
use crate::{
    activity_log::quoted,
    clients,
    http::{Parameters, ParametersError, redirect},
    pages::error_page::ErrorPage,
    sso,
    state::AppState,
    store::{
        authorization_request::AuthorizationRequest, logins, pushed_requests, sessions::Session,
        users,
    },
};

pub(crate) const PATH: &str = AUTHORIZE_PATH;

pub(crate) async fn get(
    State(state): State<Arc<AppState>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    respond(&state, &headers, Parameters::from_query(query.as_deref())).await
}

/// OpenID Connect Core §3.1.2.1: the endpoint supports both methods.
pub(crate) async fn post(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    respond(&state, &headers, Parameters::from_body(&headers, &body)).await
}

async fn respond(
    state: &AppState,
    headers: &HeaderMap,
    parameters: Result<Parameters, ParametersError>,
) -> Response {
    let result = match parameters {
        Ok(parameters) => authorize(state, headers, &parameters).await,
        Err(error) => Err(AuthorizationError::Page(error.into())),
    };
    match result {
        Ok(response) => response,
        Err(AuthorizationError::Page(page)) => {
            state.activity_log.refused(PATH, page.message());
            page.into_response()
        }
        Err(AuthorizationError::Redirect(error)) => {
            state.activity_log.refused(
                PATH,
                format!(
                    "The application received the error {}: {}.{}",
                    error.error,
                    quoted(error.description.trim_end_matches('.')),
                    error.fix
                ),
            );
            redirect(&response::error_url(state, &error))
        }
    }
}

async fn authorize(
    state: &AppState,
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<Response, AuthorizationError> {
    state.delete_expired_if_due().await?;
    let mut transaction = state.store.begin().await?;
    let request = resolve_request(state, &mut transaction, parameters).await?;
    let current = sso::current_session(state, &mut transaction, headers).await?;
    let token = request.session_transfer_token.as_deref();
    let (session, cookie) =
        match session_transfer::start_session(state, &mut transaction, PATH, token).await? {
            Some((session, cookie)) => (Some(session), Some(cookie)),
            None => (current, None),
        };
    let need = match &session {
        Some(session) => required_factor::need(state, &mut transaction, &request, session).await?,
        None => Need::Nothing,
    };
    let step = Step::first(
        request.prompt,
        request.max_age,
        session.as_ref(),
        need,
        state.now(),
    );
    let location = match (step, session) {
        (Step::IssueCode, Some(session)) => {
            log_silent_login(state, &mut transaction, &request, &session).await?;
            organization::next_url(state, &mut transaction, &request, &session).await?
        }
        (Step::LoginRequired, _) => {
            // Commit, because a pushed request has been used.
            transaction.commit().await?;
            return Err(AuthorizationError::Redirect(ErrorRedirect {
                redirect_uri: request.redirect_uri,
                state: request.state,
                error: "login_required",
                description: "Login required".to_owned(),
                fix: String::new(),
            }));
        }
        (Step::InteractionRequired, _) => {
            transaction.commit().await?;
            return Err(AuthorizationError::Redirect(ErrorRedirect {
                redirect_uri: request.redirect_uri,
                state: request.state,
                error: "interaction_required",
                description: "Multifactor authentication required".to_owned(),
                fix: String::new(),
            }));
        }
        (Step::Unmet, _) => {
            transaction.commit().await?;
            return Err(AuthorizationError::Redirect(required_factor::unmet(
                &request,
            )));
        }
        (step, session) => {
            let authenticated_sid = session
                .filter(|_| matches!(step, Step::Consent | Step::SecondFactor | Step::Enrollment))
                .map(|session| session.sid);
            let login_id = logins::start(
                &mut transaction,
                &request,
                authenticated_sid.as_deref(),
                state.now(),
            )
            .await?;
            if step == Step::Login && request.sign_up {
                format!("{SIGN_UP_PATH}?state={login_id}")
            } else {
                page_url(step, &login_id)
            }
        }
    };
    transaction.commit().await?;
    let mut response = redirect(&location);
    if let Some(cookie) = cookie {
        sso::cookie::set(&mut response, &cookie);
    }
    Ok(response)
}

/// Returns the request itself, or the pushed request that `request_uri` refers to (RFC 9126 §4).
async fn resolve_request(
    state: &AppState,
    connection: &mut SqliteConnection,
    parameters: &Parameters,
) -> Result<AuthorizationRequest, AuthorizationError> {
    let Some(request_uri) = parameters.get("request_uri") else {
        let request = validation::validate(state, connection, parameters).await?;
        if state.requires_pushed_requests() {
            return Err(AuthorizationError::Redirect(ErrorRedirect {
                redirect_uri: request.redirect_uri,
                state: request.state,
                error: "invalid_request",
                description: "Pushed authorization requests are required.".to_owned(),
                fix: " The dashboard can change that.".to_owned(),
            }));
        }
        return Ok(request);
    };
    let application = clients::find_application(connection, parameters.get("client_id")).await?;
    let pushed = match request_uri.strip_prefix(par::REQUEST_URI_PREFIX) {
        Some(reference) => {
            pushed_requests::take(connection, reference, &application.client_id, state.now())
                .await?
        }
        None => None,
    };
    pushed.ok_or_else(|| {
        AuthorizationError::Page(ErrorPage::new(
            StatusCode::BAD_REQUEST,
            "The request_uri is invalid or expired",
            "The request_uri is invalid, expired or has been used.",
            "Go back to the application and start again.",
        ))
    })
}

async fn log_silent_login(
    state: &AppState,
    connection: &mut SqliteConnection,
    request: &AuthorizationRequest,
    session: &Session,
) -> Result<(), sqlx::Error> {
    let email = users::find(connection, &session.sub)
        .await?
        .map(|user| user.email)
        .unwrap_or_default();
    let event = format!("{email} already had a session; login for");
    log_login(state, PATH, &event, request);
    Ok(())
}
