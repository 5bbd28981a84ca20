//! `/u/consent`: asked only where an application sends `prompt=consent`. Auth0 lets first-party applications skip it.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};

use super::{
    answer, login,
    request::{AuthorizationRequest, RedirectRefusal},
};
use crate::{
    cookies,
    guard::is_same_origin,
    pages::{consent::ConsentPage, error::PageRefusal},
    parameters::Parameters,
    store::{
        sessions::{self, Session},
        transactions, users,
    },
    tenant::Shared,
};

pub(crate) const PATH: &str = "/u/consent";

pub(crate) async fn get(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, PageRefusal> {
    let parameters = Parameters::from_query(query.as_deref())?;
    let handle = parameters.get("state").unwrap_or_default();
    let (request, session) = proved(&shared, &headers, handle).await?;
    let mut connection = shared.store.connection().await?;
    let user = users::by_sub(&mut connection, &session.sub)
        .await?
        .ok_or_else(PageRefusal::login_gone)?;
    Ok(ConsentPage {
        request: &request,
        handle,
        email: &user.email,
    }
    .into_response())
}

pub(crate) async fn post(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, PageRefusal> {
    if !is_same_origin(&headers) {
        return Err(PageRefusal::foreign_form());
    }
    let parameters = Parameters::from_body(&headers, &body)?;
    let handle = parameters.get("state").unwrap_or_default();
    let (request, session) = proved(&shared, &headers, handle).await?;

    let mut transaction = shared.store.begin().await?;
    if !transactions::finish_login(&mut transaction, handle).await? {
        return Err(PageRefusal::login_gone());
    }
    let location = if parameters.get("action") == Some("accept") {
        login::note(&shared, PATH, "Consent was given to", &request);
        answer::with_code(&shared, &mut transaction, &request, &session).await?
    } else {
        shared.journal.refused(
            PATH,
            format!("Consent was not given to {}.", request.application_name),
        );
        let refusal = RedirectRefusal {
            redirect_uri: request.redirect_uri,
            state: request.state,
            error: "access_denied",
            description: "User did not authorize the request".to_owned(),
            fix: String::new(),
        };
        answer::with_error(&shared, &refusal)
    };
    transaction.commit().await?;
    Ok(answer::redirect(&location))
}

/// The request, if the browser's session is the one in which this login was proved.
async fn proved(
    shared: &Shared,
    headers: &HeaderMap,
    handle: &str,
) -> Result<(AuthorizationRequest, Session), PageRefusal> {
    let login = login::under_way(shared, handle).await?;
    let cookie = cookies::sso(headers).ok_or_else(PageRefusal::login_gone)?;
    let mut connection = shared.store.connection().await?;
    let session = sessions::of_cookie(&mut connection, &cookie, shared.now()).await?;
    session
        .filter(|session| login.sid.as_deref() == Some(session.sid.as_str()))
        .map(|session| (login.request, session))
        .ok_or_else(PageRefusal::login_gone)
}
