//! The single sign-on session of a browser.

mod backchannel_logout;
pub(crate) mod cookie;

use std::sync::Arc;

use axum::http::HeaderMap;
use sqlx::SqliteConnection;

use crate::{
    state::AppState,
    store::sessions::{self, Session},
};

/// Returns the session of the browser that sent `headers`, and extends its idle timeout.
pub(crate) async fn current_session(
    state: &AppState,
    connection: &mut SqliteConnection,
    headers: &HeaderMap,
) -> Result<Option<Session>, sqlx::Error> {
    match cookie::get(headers) {
        Some(cookie) => sessions::find_by_cookie(connection, &cookie, state.now()).await,
        None => Ok(None),
    }
}

/// Ends a session and notifies the applications to which it logged its user in. Returns the session, if it existed.
///
/// Like at Auth0, refresh tokens remain valid: they belong to the grant.
pub(crate) async fn end_session(
    state: &Arc<AppState>,
    sid: &str,
) -> Result<Option<Session>, sqlx::Error> {
    let mut transaction = state.store.begin().await?;
    let ended = sessions::end(&mut transaction, sid).await?;
    transaction.commit().await?;
    Ok(ended.map(|(session, applications)| {
        for application in &applications {
            backchannel_logout::notify(state, application, &session);
        }
        session
    }))
}
