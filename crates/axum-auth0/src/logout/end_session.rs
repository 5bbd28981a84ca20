//! Ends a session at this site.

use tower_sessions::{Session, SessionStore as _};

use super::LogoutState;
use crate::{
    session::{StoredSession, store_error},
    store::{LoginId, LoginRecord, StoreError},
};

/// A session that a logout ended.
#[derive(Default)]
pub(super) struct EndedSession {
    pub(super) had_session: bool,
    /// The login, if it can be read.
    pub(super) row: Option<LoginRecord>,
    /// Whether this request ended it, rather than an earlier one.
    pub(super) by_this_request: bool,
    /// Whether the login is from the configured provider.
    pub(super) is_of_provider: bool,
    /// `sid` of the ID token.
    pub(super) provider_session: Option<String>,
}

/// Deletes the login and the session record. Deleting one of them is sufficient, because a session needs both.
///
/// # Errors
///
/// If neither can be deleted. The session then continues.
pub(super) async fn end_session(
    state: &LogoutState,
    session: &Session,
) -> Result<EndedSession, StoreError> {
    let stored = StoredSession::read(session).await?;
    let Some(id) = stored.id else {
        return Ok(EndedSession::default());
    };
    let (row, login) = match stored.login {
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
        (Ok(by_this_request), Err(error)) if stored.login.is_some() => {
            tracing::warn!(%error, "failed to delete the session of a deleted login");
            by_this_request
        }
        (_, Err(error)) => return Err(store_error(error)),
    };
    let is_of_provider = stored.is_from_issuer(state.config.issuer().as_str());
    let provider_session = match stored.data.and_then(|data| data.provider_session) {
        Some(session) => session.sid,
        None => row.as_ref().and_then(|row| row.provider_session.clone()),
    };
    Ok(EndedSession {
        had_session: true,
        is_of_provider,
        provider_session: provider_session.filter(|_| is_of_provider),
        row,
        by_this_request,
    })
}

/// Deletes a login. Returns the row, and whether this request deleted it.
async fn end_login(
    state: &LogoutState,
    login: LoginId,
) -> (Option<LoginRecord>, Result<bool, StoreError>) {
    let store = &state.store;
    // A concurrent logout may delete the login after this read; the provider needs the `id_token_hint` from both.
    let before = store.load_login(&login).await.unwrap_or_else(|error| {
        tracing::warn!(?login, %error, "failed to read a login before its deletion");
        None
    });
    match store.delete_login(&login).await {
        Ok(Some(row)) => (Some(row), Ok(true)),
        Ok(None) => (before, Ok(false)),
        Err(error) => (before, Err(error)),
    }
}
