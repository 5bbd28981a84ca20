//! Finds out who makes a request, once, before anything else looks.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderValue, Method, header};
use tower_sessions::{Session, SessionStore as _, session::Id};

use super::{
    CurrentUser, LAST_SEEN_INTERVAL, SessionCookie, SessionState, SignedInUser, StoredSession,
    store_error,
};
use crate::{
    store::{LoginId, StoreError},
    trace_context::TraceContext,
};

/// What a request's session is.
enum Found {
    User(SignedInUser),
    /// There is none, or none that this process can read.
    Anonymous,
    /// It has ended: it timed out, the provider ended it, or it was ended by another request.
    Ended,
}

/// The layer: puts [`CurrentUser`] into the request, and keeps the answer out of every cache.
pub(crate) async fn load_user(
    State(state): State<Arc<SessionState>>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let is_head = request.method() == Method::HEAD;
    // A logout ends the session itself, and needs what is left of it for the provider.
    let is_logout = request.uri().path() == state.config.routes().logout_path();
    let found = find(&state, &session, request.headers(), is_logout).await;
    let has_ended = matches!(found, Ok(Found::Ended));
    let user = match found {
        Ok(Found::User(user)) => CurrentUser::SignedIn(SignedInUser { is_head, ..user }),
        Ok(Found::Anonymous | Found::Ended) => CurrentUser::Anonymous,
        Err(error) => {
            tracing::error!(%error, "session lookup failed");
            CurrentUser::Unavailable
        }
    };
    request.extensions_mut().insert(user);
    let mut response = next.run(request).await;
    if has_ended && response.extensions().get::<SessionCookie>().is_none() {
        response.extensions_mut().insert(SessionCookie::Remove);
    }
    let headers = response.headers_mut();
    // Whatever depends on the session must not come to another person out of a cache (CVE-2025-48947).
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static(
            "private, no-cache, no-store, must-revalidate, max-age=0",
        ));
    headers.append(header::VARY, HeaderValue::from_static("cookie"));
    response
}

async fn find(
    state: &SessionState,
    session: &Session,
    headers: &HeaderMap,
    is_logout: bool,
) -> Result<Found, StoreError> {
    let StoredSession {
        id: Some(id),
        data: Some(data),
        ..
    } = StoredSession::read(session).await?
    else {
        return Ok(Found::Anonymous);
    };
    if data.issuer != state.config.issuer().as_str() {
        return Ok(Found::Anonymous);
    }
    let Some(row) = state.store.load_login(&data.login).await? else {
        forget(state, id, None).await;
        return Ok(Found::Ended);
    };
    if !data.agrees_with(&row) {
        tracing::error!(login = ?row.id, "security: the row of a login does not agree with its sealed session; it was changed in the store");
        return Ok(Found::Anonymous);
    }
    let now = state.clock.unix_seconds();
    let lifetime = state.config.session_lifetime();
    // A shorter limit applies to older sessions, too.
    let expires_at = row
        .expires_at
        .min(row.created_at.saturating_add(lifetime.absolute_seconds()));
    if now >= expires_at || now - row.last_seen_at >= lifetime.inactivity_seconds() {
        tracing::info!(login = ?row.id, "session timed out");
        if !is_logout {
            forget(state, id, Some(row.id)).await;
        }
        return Ok(Found::Ended);
    }
    if now - row.last_seen_at >= LAST_SEEN_INTERVAL {
        let (store, login) = (Arc::clone(&state.store), row.id);
        let write = async move { store.mark_used(&login, now).await };
        state.writer.write("update last use", write).await;
    }
    Ok(Found::User(SignedInUser {
        services: Arc::clone(&state.services),
        login: row.id,
        page: None,
        subject: row.subject.into(),
        claims: Arc::new(data.claims),
        trace: TraceContext::of(headers, state.random.as_ref()),
        is_head: false,
    }))
}

/// Deletes what is left of a session that has ended, so that the next request does not look for its login again.
async fn forget(state: &SessionState, session: Id, login: Option<LoginId>) {
    let (store, records) = (Arc::clone(&state.store), state.records.clone());
    let write = async move {
        if let Some(login) = login {
            store.delete_login(&login).await?;
        }
        let deleted = records.delete(&session).await;
        deleted.map_err(store_error)
    };
    state.writer.write("delete ended session", write).await;
}
