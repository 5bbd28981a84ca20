//! The layer that loads the current user, once for all handlers and layers below it.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::Method;
use tower_sessions::Session;

use super::{
    CurrentUser, SessionAccess, SessionCookie, SessionState, SignedInUser,
    look_up::{NoUser, look_up},
    session_use::SessionUse,
};

/// Layer that inserts [`CurrentUser`] into the request.
pub(crate) async fn load_user(
    State(state): State<Arc<SessionState>>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let is_head = request.method() == Method::HEAD;
    let session_use = SessionUse::of(&request, state.config.routes());
    let found = look_up(&state, &session, request.headers(), session_use).await;
    let has_ended = matches!(found, Err(NoUser::Ended));
    let user = match found {
        Ok(user) => CurrentUser::SignedIn(SignedInUser { is_head, ..user }),
        Err(NoUser::Anonymous | NoUser::Ended) => CurrentUser::Anonymous,
        Err(NoUser::Unavailable(error)) => {
            tracing::error!(%error, "session lookup failed");
            CurrentUser::Unavailable
        }
    };
    let extensions = request.extensions_mut();
    extensions.insert(user);
    extensions.insert(state.config.shared_routes());
    extensions.insert(state.diagnoses);
    extensions.insert(state.events.clone());
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
