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
    answer, login, par,
    prompt::Step,
    request::{AuthorizationRequest, RedirectRefusal, Rejection},
    validation,
};
use crate::{
    cookies,
    journal::quoted,
    pages::error::PageRefusal,
    parameters::{Parameters, ParametersError},
    store::{
        registry::Application,
        sessions::{self, Session},
        transactions, users,
    },
    tenant::Shared,
};

pub(crate) const PATH: &str = "/authorize";

pub(crate) async fn get(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    respond(&shared, &headers, Parameters::from_query(query.as_deref())).await
}

/// OpenID Connect Core §3.1.2.1: the endpoint takes both methods.
pub(crate) async fn post(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    respond(&shared, &headers, Parameters::from_body(&headers, &body)).await
}

async fn respond(
    shared: &Shared,
    headers: &HeaderMap,
    parameters: Result<Parameters, ParametersError>,
) -> Response {
    let answered = match parameters {
        Ok(parameters) => authorize(shared, headers, &parameters).await,
        Err(error) => Err(Rejection::Page(PageRefusal::from(error))),
    };
    match answered {
        Ok(response) => response,
        Err(Rejection::Page(refusal)) => {
            shared.journal.refused(PATH, refusal.message());
            refusal.into_response()
        }
        Err(Rejection::Redirect(refusal)) => {
            shared.journal.refused(
                PATH,
                format!(
                    "The application was sent back with {}: {}.{}",
                    refusal.error,
                    quoted(refusal.description.trim_end_matches('.')),
                    refusal.fix
                ),
            );
            answer::redirect(&answer::with_error(shared, &refusal))
        }
    }
}

async fn authorize(
    shared: &Shared,
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<Response, Rejection> {
    shared.sweep_if_due().await?;
    let mut transaction = shared.store.begin().await?;
    let request = requested(shared, &mut transaction, parameters).await?;
    let session = match cookies::sso(headers) {
        Some(cookie) => sessions::of_cookie(&mut transaction, &cookie, shared.now()).await?,
        None => None,
    };
    let step = Step::first(
        request.prompt,
        request.max_age,
        session.as_ref(),
        shared.now(),
    );
    let location = match (step, session) {
        (Step::Answer, Some(session)) => {
            note_silent_login(shared, &mut transaction, &request, &session).await?;
            answer::with_code(shared, &mut transaction, &request, &session).await?
        }
        (Step::LoginRequired, _) => {
            // What was looked up stays: a pushed request has been used.
            transaction.commit().await?;
            return Err(Rejection::Redirect(RedirectRefusal {
                redirect_uri: request.redirect_uri,
                state: request.state,
                error: "login_required",
                description: "Login required".to_owned(),
                fix: String::new(),
            }));
        }
        (step, session) => {
            let proved = session
                .filter(|_| step == Step::Consent)
                .map(|session| session.sid);
            let handle = transactions::start_login(
                &mut transaction,
                &request,
                proved.as_deref(),
                shared.now(),
            )
            .await?;
            login::page_for(step, &handle)
        }
    };
    transaction.commit().await?;
    Ok(answer::redirect(&location))
}

/// The request itself, or the pushed one that `request_uri` names (RFC 9126 §4).
async fn requested(
    shared: &Shared,
    connection: &mut SqliteConnection,
    parameters: &Parameters,
) -> Result<AuthorizationRequest, Rejection> {
    let Some(request_uri) = parameters.get("request_uri") else {
        return validation::validate(shared, connection, parameters).await;
    };
    let Application { client_id, .. } =
        validation::known_application(connection, parameters.get("client_id"))
            .await
            .map_err(Rejection::Page)?;
    let pushed = match request_uri.strip_prefix(par::URN) {
        Some(handle) => {
            transactions::take_pushed(connection, handle, &client_id, shared.now()).await?
        }
        None => None,
    };
    pushed.ok_or_else(|| {
        Rejection::Page(PageRefusal::new(
            StatusCode::BAD_REQUEST,
            "The request_uri is invalid or expired",
            "The request_uri is invalid, expired or has been used.",
            "Go back to the application and start again.",
        ))
    })
}

async fn note_silent_login(
    shared: &Shared,
    connection: &mut SqliteConnection,
    request: &AuthorizationRequest,
    session: &Session,
) -> Result<(), sqlx::Error> {
    let email = users::by_sub(connection, &session.sub)
        .await?
        .map(|user| user.email)
        .unwrap_or_default();
    login::note(
        shared,
        PATH,
        &format!("{email} was logged in already; the login for"),
        request,
    );
    Ok(())
}
