//! The parameter `session_transfer_token`, which takes the place of a password.

use sqlx::SqliteConnection;

use crate::{
    state::AppState,
    store::{
        session_transfer_tokens,
        sessions::{self, Session},
    },
};

/// Starts a session of the token's user. Returns it with its cookie; `None` without a valid token, so that the login page follows.
pub(super) async fn start_session(
    state: &AppState,
    connection: &mut SqliteConnection,
    path: &'static str,
    token: Option<&str>,
) -> Result<Option<(Session, String)>, sqlx::Error> {
    let Some(token) = token else {
        return Ok(None);
    };
    let Some(sub) = session_transfer_tokens::take(connection, token, state.now()).await? else {
        state.activity_log.unexpected(
            path,
            "A session transfer token was unknown, expired or used: the user has to log in.",
        );
        return Ok(None);
    };
    let started = sessions::start(connection, &sub, state.now()).await?;
    state
        .activity_log
        .granted(path, format!("A session transfer token logged {sub} in."));
    Ok(Some(started))
}
