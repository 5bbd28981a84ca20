//! `/u/login`: the login form.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header::SET_COOKIE},
    response::{IntoResponse as _, Response},
};

use super::{answer, consent, prompt::Step, request::AuthorizationRequest};
use crate::{
    cookies,
    guard::is_same_origin,
    pages::{error::PageRefusal, login::LoginPage},
    parameters::Parameters,
    store::{
        sessions::{self, Session},
        transactions::{self, LoginTransaction},
        users,
    },
    tenant::Shared,
};

pub(crate) const PATH: &str = "/u/login";

/// The page that a step shows; `handle` names the login.
pub(crate) fn page_for(step: Step, handle: &str) -> String {
    let path = if step == Step::Consent {
        consent::PATH
    } else {
        PATH
    };
    format!("{path}?state={handle}")
}

pub(crate) async fn get(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<Response, PageRefusal> {
    let parameters = Parameters::from_query(query.as_deref())?;
    let handle = parameters.get("state").unwrap_or_default();
    let login = under_way(&shared, handle).await?;
    let users = users::all(&mut *shared.store.connection().await?).await?;
    Ok(LoginPage {
        request: &login.request,
        handle,
        username: login.request.login_hint.as_deref().unwrap_or_default(),
        failed: false,
        users: &users,
    }
    .into_response())
}

pub(crate) async fn post(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, PageRefusal> {
    // A form of another site could log the browser in as somebody else.
    if !is_same_origin(&headers) {
        return Err(PageRefusal::foreign_form());
    }
    let parameters = Parameters::from_body(&headers, &body)?;
    let handle = parameters.get("state").unwrap_or_default();
    let login = under_way(&shared, handle).await?;
    let username = parameters.get("username").unwrap_or_default();
    let password = parameters.get("password").unwrap_or_default();

    let mut transaction = shared.store.begin().await?;
    let Some(user) = users::with_password(&mut transaction, username, password).await? else {
        let users = users::all(&mut transaction).await?;
        // Only known addresses are named: a password typed into the wrong field must not be in the log.
        let known = users
            .iter()
            .find(|user| user.email.eq_ignore_ascii_case(username.trim()));
        let who = known.map_or("an unknown email address", |user| &user.email);
        shared
            .journal
            .refused(PATH, format!("Wrong email or password for {who}."));
        let page = LoginPage {
            request: &login.request,
            handle,
            username,
            failed: true,
            users: &users,
        };
        return Ok((StatusCode::BAD_REQUEST, page).into_response());
    };
    if !transactions::finish_login(&mut transaction, handle).await? {
        return Err(PageRefusal::login_gone());
    }
    let before = match cookies::sso(&headers) {
        Some(cookie) => sessions::of_cookie(&mut transaction, &cookie, shared.now()).await?,
        None => None,
    };
    let replaced = before.clone().filter(|session| session.sub != user.sub);
    let (session, cookie) = match before.filter(|session| session.sub == user.sub) {
        Some(session) => sessions::renew(&mut transaction, session, shared.now()).await?,
        None => sessions::start(&mut transaction, &user.sub, shared.now()).await?,
    };
    note(
        &shared,
        PATH,
        &format!("{} logged in for", user.email),
        &login.request,
    );
    let location = match Step::after_login(login.request.prompt) {
        Step::Answer => {
            answer::with_code(&shared, &mut transaction, &login.request, &session).await?
        }
        step => {
            let handle = transactions::start_login(
                &mut transaction,
                &login.request,
                Some(&session.sid),
                shared.now(),
            )
            .await?;
            page_for(step, &handle)
        }
    };
    transaction.commit().await?;
    end_replaced(&shared, replaced).await?;

    let mut response = answer::redirect(&location);
    if let Ok(value) = HeaderValue::from_str(&cookies::set_sso(&cookie)) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    Ok(response)
}

/// The login that a handle names, or the page that says it is over.
pub(crate) async fn under_way(
    shared: &Shared,
    handle: &str,
) -> Result<LoginTransaction, PageRefusal> {
    let mut connection = shared.store.connection().await?;
    transactions::login(&mut connection, handle, shared.now())
        .await?
        .ok_or_else(PageRefusal::login_gone)
}

/// Writes into the live log what a login asked for and what it will give.
pub(crate) fn note(
    shared: &Shared,
    endpoint: &'static str,
    who: &str,
    request: &AuthorizationRequest,
) {
    let text = format!(
        "{who} {}, which {}",
        request.application_name,
        request.in_words()
    );
    shared
        .journal
        .answered(endpoint, request.is_surprising(), text);
}

/// One browser has one session: somebody else logging in ends the one before.
async fn end_replaced(shared: &Shared, replaced: Option<Session>) -> Result<(), sqlx::Error> {
    match replaced {
        Some(session) => crate::logout::end_session(shared, &session.sid)
            .await
            .map(|_| ()),
        None => Ok(()),
    }
}
