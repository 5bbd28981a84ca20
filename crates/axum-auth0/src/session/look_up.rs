//! Finds the login of a session.

use std::sync::Arc;

use http::HeaderMap;
use tower_sessions::{Session, SessionStore as _, session::Id};

use super::{
    LAST_SEEN_INTERVAL, SessionState, SignedInUser, StoredSession,
    cache::{OpenedSession, SessionIdentity},
    records, store_error,
};
use crate::{
    store::{LoginId, LoginState, StoreError},
    tokens::{LoginSnapshot, OpenedLogin},
};

/// The result of a session lookup.
pub(super) enum Lookup {
    User(SignedInUser),
    /// There is no session, or none that this process can read.
    Anonymous,
    /// The session timed out, or the provider or another request ended it.
    Ended,
}

/// A session as this request found it.
struct Found {
    session: Arc<OpenedSession>,
    state: LoginState,
}

/// Returns the user of `session`. If `is_logout`, a session that has timed out is not deleted.
///
/// # Errors
///
/// If the store fails.
pub(super) async fn look_up(
    state: &SessionState,
    session: &Session,
    headers: &HeaderMap,
    is_logout: bool,
) -> Result<Lookup, StoreError> {
    let Some(id) = session.id() else {
        return Ok(Lookup::Anonymous);
    };
    let found = match find_cached(state, id).await? {
        Some(found) => found,
        None => match find_stored(state, session).await? {
            Ok(found) => found,
            Err(lookup) => return Ok(lookup),
        },
    };
    let now = state.clock.unix_seconds();
    let row = &found.session.login.record;
    let lifetime = state.config.session_lifetime();
    // A shorter limit also applies to older sessions.
    let expires_at = found
        .state
        .expires_at
        .min(row.created_at.saturating_add(lifetime.absolute_seconds()));
    let idle = now - found.state.last_seen_at;
    if now >= expires_at || idle >= lifetime.inactivity_seconds() {
        tracing::info!(login = ?row.id, "session timed out");
        if !is_logout {
            delete_ended(state, id, Some(row.id)).await;
        }
        return Ok(Lookup::Ended);
    }
    if idle >= LAST_SEEN_INTERVAL {
        let (store, login) = (Arc::clone(&state.store), row.id);
        let write = async move { store.mark_used(&login, now).await };
        state.writer.write("update last use", write).await;
    }
    let snapshot = LoginSnapshot::new(Arc::clone(&found.session.login), now);
    let claims = Arc::clone(&found.session.identity.claims);
    Ok(Lookup::User(state.user(snapshot, claims, headers)))
}

/// Returns the session from the cache, with one read of the store.
///
/// `None` also means that the session has ended: the record tells more, because the session of a login that was replaced
/// keeps its cookie.
async fn find_cached(state: &SessionState, id: Id) -> Result<Option<Found>, StoreError> {
    let key = records::key(id);
    let Some(session) = state.cache.get(&key) else {
        return Ok(None);
    };
    let now = state.clock.unix_seconds();
    let login = session.identity.login;
    let found = state.store.check_session(&key, &login, now).await?;
    let Some(found) = found else {
        state.cache.remove(&key);
        return Ok(None);
    };
    if found.version == session.login.record.version {
        return Ok(Some(Found {
            session,
            state: found,
        }));
    }
    let opened = open_login(state, &session.identity).await?.ok();
    Ok(opened.map(|login| Found::cache(state, key, session.identity.clone(), login)))
}

/// Returns the session from the store, or why there is none.
async fn find_stored(
    state: &SessionState,
    session: &Session,
) -> Result<Result<Found, Lookup>, StoreError> {
    let StoredSession {
        id: Some(id),
        data: Some(data),
        ..
    } = StoredSession::read(session).await?
    else {
        return Ok(Err(Lookup::Anonymous));
    };
    let identity = SessionIdentity::from(data);
    if identity.issuer != state.config.issuer().as_str() {
        return Ok(Err(Lookup::Anonymous));
    }
    let login = open_login(state, &identity).await?;
    if matches!(login, Err(Lookup::Ended)) {
        delete_ended(state, id, None).await;
    }
    Ok(login.map(|login| Found::cache(state, records::key(id), identity, login)))
}

/// Returns the login of a session from the store, or why the session is not usable.
async fn open_login(
    state: &SessionState,
    identity: &SessionIdentity,
) -> Result<Result<OpenedLogin, Lookup>, StoreError> {
    let Some(row) = state.store.load_login(&identity.login).await? else {
        return Ok(Err(Lookup::Ended));
    };
    if !identity.matches(&row) {
        tracing::error!(
            login = ?row.id,
            "security: session rejected: its login was changed in the store"
        );
        return Ok(Err(Lookup::Anonymous));
    }
    Ok(Ok(OpenedLogin::new(row)))
}

impl Found {
    fn cache(
        state: &SessionState,
        key: [u8; 32],
        identity: SessionIdentity,
        login: OpenedLogin,
    ) -> Self {
        let found = LoginState::from(&login.record);
        let login = Arc::new(login);
        let session = Arc::new(OpenedSession { identity, login });
        state.cache.insert(key, Arc::clone(&session));
        Self {
            session,
            state: found,
        }
    }
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
