//! Finds the login of a session.

use std::sync::Arc;

use http::HeaderMap;
use tower_sessions::{Session, SessionStore as _, session::Id};

use super::{
    SessionState, SignedInUser, StoredSession,
    cache::{OpenedSession, SessionIdentity},
    expiry::{SessionLimit, SessionTimes},
    records,
    session_use::SessionUse,
    store_error,
};
use crate::{
    events::{AuthEvent, EventSubject, SessionEnd},
    store::{LoginId, LoginState, StoreError},
    tokens::{LoginSnapshot, OpenedLogin},
};

/// Why a request has no user.
pub(super) enum NoUser {
    /// There is no session, or none that this process can read.
    Anonymous,
    /// The session timed out, or the provider or another request ended it.
    Ended,
    /// The store failed.
    Unavailable(StoreError),
}

impl From<StoreError> for NoUser {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error)
    }
}

/// A session as this request found it.
struct Found {
    session: Arc<OpenedSession>,
    state: LoginState,
}

/// Returns the user of `session`. A logout needs the data of a session that has timed out, so it is not deleted.
///
/// # Errors
///
/// If there is no user.
pub(super) async fn look_up(
    state: &SessionState,
    session: &Session,
    headers: &HeaderMap,
    session_use: SessionUse,
) -> Result<SignedInUser, NoUser> {
    let id = session.id().ok_or(NoUser::Anonymous)?;
    let found = match find_cached(state, id).await? {
        Some(found) => found,
        None => find_stored(state, session).await?,
    };
    let now = state.clock.unix_seconds();
    let row = &found.session.login.record;
    let lifetime = state.config.session_lifetime();
    let identity = &found.session.identity;
    let mut times = SessionTimes::new(row.created_at, found.state, identity.provider_end);
    let expiry = times.expiry(lifetime, now);
    if now >= expiry.expires_at() {
        if session_use != SessionUse::Logout {
            let end = match expiry.limit() {
                SessionLimit::Inactivity => SessionEnd::InactivityTimeout,
                SessionLimit::Absolute => SessionEnd::AbsoluteTimeout,
                SessionLimit::Provider => SessionEnd::ProviderTimeout,
            };
            delete_ended(state, id, Some((row.id, end))).await;
        }
        return Err(NoUser::Ended);
    }
    if session_use.is_written(now - times.last_seen_at) {
        let (store, login) = (Arc::clone(&state.store), row.id);
        let write = async move { store.mark_used(&login, now).await };
        if state.writer.write("update last use", write).await {
            times.last_seen_at = now;
        }
    }
    let snapshot = LoginSnapshot::new(Arc::clone(&found.session.login), now);
    let claims = Arc::clone(&identity.claims);
    Ok(state.user(snapshot, claims, times.expiry(lifetime, now), headers))
}

/// Returns the session from the cache, with one read of the store; `None` if it has changed, or has ended: the record then
/// tells why, because the session of a login that was replaced keeps its cookie.
async fn find_cached(state: &SessionState, id: Id) -> Result<Option<Found>, StoreError> {
    let key = records::key(id);
    let Some(session) = state.cache.get(&key) else {
        return Ok(None);
    };
    let (login, now) = (session.identity.login, state.clock.unix_seconds());
    let current = state.store.check_session(&key, &login, now).await?;
    let current = current.filter(|current| current.version == session.login.record.version);
    if current.is_none() {
        state.cache.remove(&key);
        // The record expires at the absolute limit.
        if now >= session.login.record.expires_at {
            delete_ended(state, id, Some((login, SessionEnd::AbsoluteTimeout))).await;
        }
    }
    Ok(current.map(|state| Found { session, state }))
}

/// Returns the session from the store, and caches it.
async fn find_stored(state: &SessionState, session: &Session) -> Result<Found, NoUser> {
    let StoredSession {
        id: Some(id),
        data: Some(data),
        ..
    } = StoredSession::read(session).await?
    else {
        return Err(NoUser::Anonymous);
    };
    let identity = SessionIdentity::from(data);
    if identity.issuer != state.config.issuer().as_str() {
        return Err(NoUser::Anonymous);
    }
    let Some(row) = state.store.load_login(&identity.login).await? else {
        delete_ended(state, id, None).await;
        return Err(NoUser::Ended);
    };
    if !identity.matches(&row) {
        tracing::error!(
            login = ?row.id,
            "security: session rejected: its login was changed in the store"
        );
        return Err(NoUser::Anonymous);
    }
    let current = LoginState::from(&row);
    let login = Arc::new(OpenedLogin::new(row));
    let session = Arc::new(OpenedSession { identity, login });
    state.cache.insert(records::key(id), Arc::clone(&session));
    Ok(Found {
        session,
        state: current,
    })
}

/// Deletes the rows of a session that has ended, so that the next request does not look up its login again.
async fn delete_ended(state: &SessionState, session: Id, login: Option<(LoginId, SessionEnd)>) {
    let (store, records) = (Arc::clone(&state.store), state.records.clone());
    let events = state.events.clone();
    let write = async move {
        // Of several requests that find the session ended, the one that deletes it reports the event.
        if let Some((login, reason)) = login
            && let Some(row) = store.delete_login(&login).await?
        {
            let subject = EventSubject::of(&row.subject);
            events.emit(&AuthEvent::SessionEnded {
                login,
                subject,
                reason,
            });
        }
        records.delete(&session).await.map_err(store_error)
    };
    state.writer.write("delete ended session", write).await;
}
