//! `/u/consent`: shown only if the request contains `prompt=consent`, as for a first-party application at Auth0.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};

use super::{
    description::log_login,
    error::ErrorRedirect,
    organization,
    pending_login::{AuthenticatedForm, CONSENT_PATH, authenticated_login},
    response,
};
use crate::{
    http::{Parameters, redirect},
    pages::{consent::ConsentPage, error_page::ErrorPage},
    state::AppState,
    store::{logins, users},
};

pub(crate) const PATH: &str = CONSENT_PATH;

pub(crate) async fn get(
    State(state): State<Arc<AppState>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let parameters = Parameters::from_query(query.as_deref())?;
    let login_id = parameters.get("state").unwrap_or_default();
    let (request, session) = authenticated_login(&state, &headers, login_id).await?;
    let mut connection = state.store.connection().await?;
    let user = users::find(&mut connection, &session.sub)
        .await?
        .ok_or_else(ErrorPage::login_not_found)?;
    Ok(ConsentPage {
        action: PATH,
        request: &request,
        login_id,
        email: &user.email,
    }
    .into_response())
}

pub(crate) async fn post(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ErrorPage> {
    let form = AuthenticatedForm::read(&state, &headers, &body).await?;
    let login_id = form.login_id().to_owned();
    let AuthenticatedForm {
        parameters,
        request,
        session,
    } = form;

    let mut transaction = state.store.begin().await?;
    if !logins::finish(&mut transaction, &login_id).await? {
        return Err(ErrorPage::login_not_found());
    }
    let location = if parameters.get("action") == Some("accept") {
        log_login(&state, PATH, "The user authorized", &request);
        organization::next_url(&state, &mut transaction, &request, &session).await?
    } else {
        state.activity_log.refused(
            PATH,
            format!("The user did not authorize {}.", request.application_name),
        );
        let error = ErrorRedirect {
            redirect_uri: request.redirect_uri,
            state: request.state,
            error: "access_denied",
            description: "User did not authorize the request".to_owned(),
            fix: String::new(),
        };
        response::error_url(&state, &error)
    };
    transaction.commit().await?;
    Ok(redirect(&location))
}
