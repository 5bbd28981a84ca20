//! Logout: deletes the local session first, regardless of the provider; then revokes the refresh token, and redirects
//! to the provider (OpenID Connect RP-Initiated Logout 1.0).

mod backchannel;
mod end_session;
mod options;
mod signed_out;

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{RawForm, RawQuery, State, rejection::RawFormRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use tower_sessions::Session;

pub(crate) use self::backchannel::{BackChannelState, post as backchannel_logout};
pub(crate) use self::signed_out::signed_out_page;
use self::{
    end_session::{EndedSession, end_session},
    options::{FEDERATED, LogoutOptions, RETURN_TO},
};
use crate::{
    config::Config,
    events::{AuthEvent, EventSubject, Events, SessionEnd, TARGET},
    oauth::{self, ProviderLogout},
    page::Page,
    provider::Provider,
    request::{RequestKind, RequestSite},
    responses::{no_content, see_other},
    session::{SessionCookie, SessionRecords},
    store::SharedStore,
    tasks::{Tasks, Work},
    tokens::Tokens,
};

/// How long a logout waits for the revocation of the refresh token.
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
    pub(crate) events: Events,
}

/// Handles `POST`. The CSRF layer has checked that the request comes from this site.
pub(crate) async fn post(
    State(state): State<Arc<LogoutState>>,
    session: Session,
    RawQuery(query): RawQuery,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    // A program may post without a form.
    let form = form.map(|RawForm(form)| form).unwrap_or_default();
    let mut options = LogoutOptions::parse(&state.config, &form);
    let query = query.unwrap_or_default();
    options.federated |= LogoutOptions::parse(&state.config, query.as_bytes()).federated;
    spawn(state, session, options).await
}

/// Handles `GET`. Logs out if the user follows a link of this site or types the URL. Other requests get a confirmation
/// page, so that an image on another site cannot log the user out.
pub(crate) async fn get(
    State(state): State<Arc<LogoutState>>,
    session: Session,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let is_own = matches!(
        RequestSite::of(&headers),
        Some(RequestSite::SameOrigin | RequestSite::User)
    );
    let options = LogoutOptions::parse(&state.config, query.unwrap_or_default().as_bytes());
    match RequestKind::of(&method, &headers) {
        RequestKind::Speculative => no_content(),
        RequestKind::Navigation if is_own => spawn(state, session, options).await,
        _ => Page::new(StatusCode::OK, "Do you want to log out?")
            .paragraph("You came here from another site, so you are still logged in.")
            .form(
                "Log out",
                state.config.routes().logout_path(),
                form_action(&state).await,
            )
            .field(RETURN_TO, options.return_to.map(String::from))
            .field(FEDERATED, options.federated.then(String::new))
            .link("Stay logged in", state.config.routes().home_path())
            .into_response(),
    }
}

/// Returns the policy for the logout form. Its response redirects to the provider, so the provider's endpoints must be
/// known.
async fn form_action(state: &LogoutState) -> String {
    // Without metadata, the logout ends at this site, which the policy allows.
    let _ = state.provider.metadata().await;
    oauth::form_action(&state.config, &state.provider)
}

/// Runs the logout in a task: a client that disconnects must not cancel it.
async fn spawn(state: Arc<LogoutState>, session: Session, options: LogoutOptions) -> Response {
    let tasks = state.tasks.clone();
    let logout = tasks.spawn(Work::Logout, async move {
        log_out(&state, &session, options).await
    });
    logout.await.unwrap_or_else(|error| {
        tracing::error!(%error, "logout task failed");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

async fn log_out(state: &LogoutState, session: &Session, options: LogoutOptions) -> Response {
    let ended = match end_session(state, session).await {
        Ok(ended) => ended,
        Err(error) => {
            let event = AuthEvent::LogoutFailed;
            tracing::error!(target: TARGET, %error, event = event.name(), "logout failed: the store is unavailable");
            state.events.emit_logged(&event);
            return unavailable(state, options).await;
        }
    };
    if let Some(row) = ended.row.as_ref().filter(|_| ended.by_this_request) {
        state.events.emit(&AuthEvent::SessionEnded {
            login: row.id,
            subject: EventSubject::of(&row.subject),
            reason: SessionEnd::Logout,
        });
    }
    let id_token = release_tokens(state, &ended).await;
    let target = provider_url(
        state,
        id_token.as_deref(),
        ended.provider_session.as_deref(),
        options,
    )
    .await;
    let mut response = see_other(&target);
    if ended.had_session {
        response.extensions_mut().insert(SessionCookie::Remove);
    }
    // The browser must not show pages of the session from its cache.
    response
        .headers_mut()
        .insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    response
}

async fn unavailable(state: &LogoutState, options: LogoutOptions) -> Response {
    Page::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "Logging out is not possible right now",
    )
    .paragraph(
        "This site cannot change its sessions at the moment, so you are still logged in. Please try again in a moment.",
    )
    .retry_after(5)
    .form(
        "Try again",
        state.config.routes().logout_path(),
        form_action(state).await,
    )
    .field(RETURN_TO, options.return_to.map(String::from))
    .field(FEDERATED, options.federated.then(String::new))
    .into_response()
}

/// Revokes the refresh token if this request ended the login, and returns the ID token for the provider's logout.
async fn release_tokens(state: &LogoutState, ended: &EndedSession) -> Option<String> {
    let row = ended.row.as_ref().filter(|_| ended.is_of_provider)?;
    let tokens = state.tokens.open_for_logout(row);
    if ended.by_this_request {
        let revocation = state.tokens.revoke(row.id, tokens.refresh_token);
        let revoked = tokio::time::timeout(REVOCATION_TIMEOUT, revocation).await;
        if revoked.is_err() {
            tracing::warn!(
                login = ?row.id,
                "refresh-token revocation is slow; the logout continues without it"
            );
        }
    }
    tokens.id_token
}

/// Returns the URL that ends the session at the provider. If the provider has none, or its metadata is unavailable, the
/// logout ends at this site.
async fn provider_url(
    state: &LogoutState,
    id_token: Option<&str>,
    provider_session: Option<&str>,
    options: LogoutOptions,
) -> String {
    let config = &state.config;
    let (path, url) = match options.return_to {
        Some(path) => {
            let url = config.site_url(path.as_str());
            (path, url)
        }
        None => (
            config.logout().return_to().clone(),
            config.logout().return_to_url().to_owned(),
        ),
    };
    let logout = ProviderLogout {
        return_to: Some(&url),
        id_token,
        session: provider_session,
        federated: options.federated,
    };
    let metadata = state.provider.metadata().await;
    metadata
        .ok()
        .and_then(|metadata| logout.url(config, &metadata))
        .map_or_else(|| path.into(), String::from)
}
