//! The layer that loads the current user, once for all handlers and layers below it.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, Method};
use tower_sessions::{Session, SessionStore as _, session::Id};

use super::{
    CurrentUser, LAST_SEEN_INTERVAL, SessionAccess, SessionCookie, SessionState, SignedInUser,
    StoredSession, store_error,
};
use crate::store::{LoginId, StoreError};

/// The result of a session lookup.
enum Lookup {
    User(SignedInUser),
    /// There is no session, or none that this process can read.
    Anonymous,
    /// The session timed out, or the provider or another request ended it.
    Ended,
}

/// Layer that inserts [`CurrentUser`] into the request.
pub(crate) async fn load_user(
    State(state): State<Arc<SessionState>>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let is_head = request.method() == Method::HEAD;
    // A logout ends the session itself and needs its data for the provider.
    let routes = state.config.routes();
    let is_logout = request.uri().path() == routes.local(routes.logout_path());
    let lookup = look_up(&state, &session, request.headers(), is_logout).await;
    let has_ended = matches!(lookup, Ok(Lookup::Ended));
    let user = match lookup {
        Ok(Lookup::User(user)) => CurrentUser::SignedIn(SignedInUser { is_head, ..user }),
        Ok(Lookup::Anonymous | Lookup::Ended) => CurrentUser::Anonymous,
        Err(error) => {
            tracing::error!(%error, "session lookup failed");
            CurrentUser::Unavailable
        }
    };
    let extensions = request.extensions_mut();
    extensions.insert(user);
    extensions.insert(state.config.shared_routes());
    extensions.insert(state.diagnoses);
    extensions.insert(SessionAccess::default());
    // The response removes the cookie of the session.
    if has_ended {
        SessionAccess::record(extensions);
    }
    let mut response = next.run(request).await;
    if has_ended && response.extensions().get::<SessionCookie>().is_none() {
        response.extensions_mut().insert(SessionCookie::Remove);
    }
    response
}

async fn look_up(
    state: &SessionState,
    session: &Session,
    headers: &HeaderMap,
    is_logout: bool,
) -> Result<Lookup, StoreError> {
    let StoredSession {
        id: Some(id),
        data: Some(data),
        ..
    } = StoredSession::read(session).await?
    else {
        return Ok(Lookup::Anonymous);
    };
    if data.issuer != state.config.issuer().as_str() {
        return Ok(Lookup::Anonymous);
    }
    let Some(row) = state.store.load_login(&data.login).await? else {
        delete_ended(state, id, None).await;
        return Ok(Lookup::Ended);
    };
    if !data.matches(&row) {
        tracing::error!(
            login = ?row.id,
            "security: session rejected: its login was changed in the store"
        );
        return Ok(Lookup::Anonymous);
    }
    let now = state.clock.unix_seconds();
    let lifetime = state.config.session_lifetime();
    // A shorter limit also applies to older sessions.
    let expires_at = row
        .expires_at
        .min(row.created_at.saturating_add(lifetime.absolute_seconds()));
    if now >= expires_at || now - row.last_seen_at >= lifetime.inactivity_seconds() {
        tracing::info!(login = ?row.id, "session timed out");
        if !is_logout {
            delete_ended(state, id, Some(row.id)).await;
        }
        return Ok(Lookup::Ended);
    }
    if now - row.last_seen_at >= LAST_SEEN_INTERVAL {
        let (store, login) = (Arc::clone(&state.store), row.id);
        let write = async move { store.mark_used(&login, now).await };
        state.writer.write("update last use", write).await;
    }
    Ok(Lookup::User(state.user(row, data.claims, headers)))
}

/// Deletes the rows of a session that has ended, so that the next request does not look up its login again.
async fn delete_ended(state: &SessionState, session: Id, login: Option<LoginId>) {
    let (store, records) = (Arc::clone(&state.store), state.records.clone());
    let write = async move {
        if let Some(login) = login {
            store.delete_login(&login).await?;
        }
        records.delete(&session).await.map_err(store_error)
    };
    state.writer.write("delete ended session", write).await;
}
