//! `/auth/logout`: here first, whatever the provider does; then the refresh token; then the provider (OpenID Connect
//! RP-Initiated Logout 1.0).

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{RawForm, RawQuery, State, rejection::RawFormRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use tower_sessions::{Session, SessionStore as _};

use crate::{
    config::Config,
    oauth::{self, ProviderLogout},
    page::Page,
    provider::Provider,
    request::{RequestKind, RequestSite},
    responses::{no_content, see_other},
    return_to::ReturnTo,
    session::{SessionCookie, SessionRecords, StoredSession, store_error},
    store::{LoginId, LoginRecord, SharedStore, StoreError},
    tasks::{Tasks, Work},
    tokens::Tokens,
};

/// The parameter with the path where a logout ends.
const RETURN_TO: &str = "returnTo";

/// How long the revocation of the refresh token may hold up a logout.
const REVOCATION_TIMEOUT: Duration = Duration::from_secs(2);

/// State of the logout route.
#[derive(Debug)]
pub(crate) struct LogoutState {
    pub(crate) config: Arc<Config>,
    pub(crate) provider: Provider,
    pub(crate) store: SharedStore,
    pub(crate) records: SessionRecords,
    pub(crate) tokens: Tokens,
    pub(crate) tasks: Tasks,
}

/// `POST /auth/logout`. The cross-site layer has seen to it that the request comes from this site.
pub(crate) async fn post(
    State(state): State<Arc<LogoutState>>,
    session: Session,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    // A program may post without a form; a logout does not fail for that.
    let return_to = form.ok().and_then(|RawForm(form)| return_to(&state, &form));
    in_a_task(state, session, return_to).await
}

/// `GET /auth/logout`: works for a link on this site and for a typed address. From anywhere else it only asks: a
/// picture on another site must not log anybody out.
pub(crate) async fn get(
    State(state): State<Arc<LogoutState>>,
    session: Session,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let is_ours = matches!(
        RequestSite::of(&headers),
        Some(RequestSite::SameOrigin | RequestSite::User)
    );
    match RequestKind::of(&method, &headers) {
        RequestKind::Speculative => no_content(),
        RequestKind::Navigation if is_ours => {
            let return_to = return_to(&state, query.unwrap_or_default().as_bytes());
            in_a_task(state, session, return_to).await
        }
        _ => Page::new(StatusCode::OK, "Do you want to log out?")
            .paragraph("You came here from another place, so nothing has happened yet.")
            .form(
                "Log out",
                state.config.routes().logout_path(),
                form_action(&state).await,
            )
            .field(
                RETURN_TO,
                return_to(&state, query.unwrap_or_default().as_bytes()).map(String::from),
            )
            .link("Stay logged in", "/")
            .into_response(),
    }
}

/// The policy for the logout form: the answer redirects to the provider, so its endpoints must be known.
async fn form_action(state: &LogoutState) -> String {
    // Without metadata the logout ends at this site, which the policy allows.
    let _ = state.provider.metadata().await;
    oauth::form_action(&state.config, &state.provider)
}

fn return_to(state: &LogoutState, form: &[u8]) -> Option<ReturnTo> {
    url::form_urlencoded::parse(form)
        .find(|(name, _)| name == RETURN_TO)
        .and_then(|(_, value)| ReturnTo::parse(&value).ok())
        .map(|page| state.config.routes().allowed_return(page))
}

/// A client that hangs up does not stop a logout halfway.
async fn in_a_task(
    state: Arc<LogoutState>,
    session: Session,
    return_to: Option<ReturnTo>,
) -> Response {
    let tasks = state.tasks.clone();
    let logout = tasks.spawn(Work::Logout, async move {
        log_out(&state, &session, return_to).await
    });
    logout.await.unwrap_or_else(|error| {
        tracing::error!(%error, "the logout did not finish");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

async fn log_out(state: &LogoutState, session: &Session, return_to: Option<ReturnTo>) -> Response {
    let ended = match end_here(state, session).await {
        Ok(ended) => ended,
        Err(error) => {
            tracing::error!(%error, "logout failed");
            return Page::new(StatusCode::SERVICE_UNAVAILABLE, "Logging out is not possible right now")
                .paragraph("This site cannot reach its sessions at the moment, so you are still logged in. Please try again in a moment.")
                .retry_after(5)
                .form("Try again", state.config.routes().logout_path(), form_action(state).await)
                .field(RETURN_TO, return_to.map(String::from))
                .into_response();
        }
    };
    let mut id_token = None;
    if let Some(row) = &ended.row {
        tracing::info!(login = ?row.id, "logged out");
    }
    if let Some(row) = ended.row.as_ref().filter(|_| ended.is_of_provider) {
        let tokens = state.tokens.open_for_logout(row);
        id_token = tokens.id_token;
        // The request that ended the login revokes its token, and no other.
        if ended.by_this_request {
            let revocation = state.tokens.revoke(row.id, tokens.refresh_token);
            if tokio::time::timeout(REVOCATION_TIMEOUT, revocation)
                .await
                .is_err()
            {
                tracing::warn!(login = ?row.id, "the revocation of the refresh token takes long; the logout does not wait for it");
            }
        }
    }
    let target = at_provider(
        state,
        id_token.as_deref(),
        ended.provider_session.as_deref(),
        return_to,
    )
    .await;
    let mut response = see_other(&target);
    if ended.had_session {
        response.extensions_mut().insert(SessionCookie::Remove);
    }
    // The pages of the session must not come out of the browser's cache afterwards.
    response
        .headers_mut()
        .insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    response
}

/// What was ended here.
#[derive(Default)]
struct Ended {
    had_session: bool,
    /// The login, if it can be read.
    row: Option<LoginRecord>,
    /// Whether no other request ended it before.
    by_this_request: bool,
    /// Whether the login is one at the provider of today's configuration.
    is_of_provider: bool,
    provider_session: Option<String>,
}

/// Deletes the login and the session's record. Either is enough: from then on the cookie opens nothing.
///
/// # Errors
///
/// If neither can be deleted: the session lives on.
async fn end_here(state: &LogoutState, session: &Session) -> Result<Ended, StoreError> {
    let carried = StoredSession::read(session).await?;
    let Some(id) = carried.id else {
        return Ok(Ended::default());
    };
    let (row, login) = match carried.login {
        Some(login) => end_login(state, login).await,
        None => (None, Ok(false)),
    };
    let record = state.records.delete(&id).await;
    let by_this_request = match (login, record) {
        (Ok(by_this_request), Ok(())) => by_this_request,
        (Err(error), Ok(())) => {
            tracing::warn!(%error, "failed to delete the login of a deleted session");
            true
        }
        (Ok(by_this_request), Err(error)) if carried.login.is_some() => {
            tracing::warn!(%error, "failed to delete the session of a deleted login");
            by_this_request
        }
        (_, Err(error)) => return Err(store_error(error)),
    };
    let is_of_provider = carried.is_from_issuer(state.config.issuer().as_str());
    let provider_session = match carried.data.and_then(|data| data.provider_session) {
        Some(session) => session.sid,
        None => row.as_ref().and_then(|row| row.provider_session.clone()),
    };
    Ok(Ended {
        had_session: true,
        is_of_provider,
        provider_session: provider_session.filter(|_| is_of_provider),
        row,
        by_this_request,
    })
}

/// The row of a login as it was, and whether this request deleted it.
async fn end_login(
    state: &LogoutState,
    login: LoginId,
) -> (Option<LoginRecord>, Result<bool, StoreError>) {
    let store = &state.store;
    // Another logout may delete it in between; the provider is to get its `id_token_hint` from both.
    let before = store.load_login(&login).await.unwrap_or_else(|error| {
        tracing::warn!(?login, %error, "failed to read a login that is to end");
        None
    });
    match store.delete_login(&login).await {
        Ok(Some(row)) => (Some(row), Ok(true)),
        Ok(None) => (before, Ok(false)),
        Err(error) => (before, Err(error)),
    }
}

/// Where the provider logs the user out too. If it has no logout, or does not answer, the logout ends here.
async fn at_provider(
    state: &LogoutState,
    id_token: Option<&str>,
    provider_session: Option<&str>,
    return_to: Option<ReturnTo>,
) -> String {
    let config = &state.config;
    let (path, landing) = match return_to {
        Some(path) => {
            let url = config.site_url(path.as_str());
            (path, url)
        }
        None => (
            config.logout().return_to.clone(),
            config.logout().return_to_url.clone(),
        ),
    };
    let logout = ProviderLogout {
        return_to: Some(&landing),
        id_token,
        session: provider_session,
    };
    let metadata = state.provider.metadata().await;
    metadata
        .ok()
        .and_then(|metadata| logout.url(config, &metadata))
        .map_or_else(|| path.into(), String::from)
}
