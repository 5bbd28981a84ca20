//! The single sign-on session of a browser.

mod backchannel_logout;
pub(crate) mod cookie;

use std::sync::Arc;

use axum::http::HeaderMap;
use sqlx::SqliteConnection;
use tokio::task::JoinHandle;

use self::backchannel_logout::{Ended, notify};
use crate::{
    state::AppState,
    store::{
        applications::{self, Application},
        sessions::{self, Session},
    },
};

/// The notifications of the applications. They continue if the value is dropped.
pub(crate) type Notifications = Vec<JoinHandle<()>>;

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
) -> Result<Option<(Session, Notifications)>, sqlx::Error> {
    let mut transaction = state.store.begin().await?;
    let ended = sessions::end(&mut transaction, sid).await?;
    transaction.commit().await?;
    Ok(ended.map(|(session, applications)| {
        let ended = Ended {
            sub: session.sub.clone(),
            sid: Some(session.sid.clone()),
        };
        let notifications = notify_all(state, &applications, &ended);
        (session, notifications)
    }))
}

/// Ends all sessions of a user and notifies all applications. Returns the number of sessions.
///
/// The logout token is for the user, so an application also ends a login whose session here has ended before.
pub(crate) async fn end_sessions_of(
    state: &Arc<AppState>,
    sub: &str,
) -> Result<(u64, Notifications), sqlx::Error> {
    let mut transaction = state.store.begin().await?;
    let ended = sessions::end_of_user(&mut transaction, sub).await?;
    let applications = applications::list(&mut transaction).await?;
    transaction.commit().await?;
    let all = Ended {
        sub: sub.to_owned(),
        sid: None,
    };
    Ok((ended, notify_all(state, &applications, &all)))
}

fn notify_all(state: &Arc<AppState>, applications: &[Application], ended: &Ended) -> Notifications {
    applications
        .iter()
        .filter_map(|application| notify(state, application, ended))
        .collect()
}
