//! Finds the login of a session.

use std::sync::Arc;

use http::HeaderMap;
use tower_sessions::{Session, SessionStore as _, session::Id};

use super::{
    SessionState, SignedInUser, StoredSession,
    cache::{CachedSession, OpenedSession, SessionIdentity},
    expiry::SessionLimit,
    records,
    session_use::SessionUse,
    store_error,
};
use crate::{
    events::{AuthEvent, EventSubject, SessionEnd},
    organization::RequiredOrganization,
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
    session: CachedSession,
    /// Whether this request read the store.
    is_read: bool,
}

impl Found {
    fn read(session: CachedSession) -> Self {
        Self {
            session,
            is_read: true,
        }
    }
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
    let Found { session, is_read } = match find_cached(state, id, session_use).await? {
        Some(found) => found,
        None => find_stored(state, session).await?,
    };
    let now = state.clock.unix_seconds();
    let OpenedSession { identity, login } = session.session.as_ref();
    let row = &login.record;
    let lifetime = state.config.session_lifetime();
    let mut times = session.times();
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
            let state_now = LoginState {
                last_seen_at: now,
                ..session.state
            };
            let session = CachedSession {
                state: state_now,
                ..session.clone()
            };
            keep(state, records::key(id), session);
        }
    }
    let snapshot = if is_read {
        LoginSnapshot::new(Arc::clone(login), now)
    } else {
        LoginSnapshot::unread(Arc::clone(login), now, records::key(id))
    };
    let claims = Arc::clone(&identity.claims);
    let context = Arc::clone(&identity.context);
    let expiry = times.expiry(lifetime, now);
    Ok(state.user(snapshot, claims, context, expiry, headers))
}

/// Returns the session from the cache, with at most one read of the store; `None` if it has changed, or has ended: the
/// record then tells why, because the session of a login that was replaced keeps its cookie.
async fn find_cached(
    state: &SessionState,
    id: Id,
    session_use: SessionUse,
) -> Result<Option<Found>, StoreError> {
    let key = records::key(id);
    let Some(cached) = state.cache.get(&key) else {
        return Ok(None);
    };
    let now = state.clock.unix_seconds();
    if is_usable(state, &key, &cached, session_use, now) {
        return Ok(Some(Found {
            session: cached,
            is_read: false,
        }));
    }
    let session = cached.session;
    let (login, read) = (session.identity.login, state.changes.stamp());
    let current = state.store.check_session(&key, &login, now).await?;
    let current = current.filter(|current| current.version == session.login.record.version);
    let Some(current) = current else {
        state.cache.remove(&key);
        // The record expires at the absolute limit.
        if now >= session.login.record.expires_at {
            delete_ended(state, id, Some((login, SessionEnd::AbsoluteTimeout))).await;
        }
        return Ok(None);
    };
    let session = CachedSession {
        session,
        state: current,
        read,
    };
    keep(state, key, session.clone());
    Ok(Some(Found::read(session)))
}

/// Returns whether this request can use the session without a read. A session that seems to have ended is read, because
/// another replica may have moved its end.
fn is_usable(
    state: &SessionState,
    key: &[u8; 32],
    cached: &CachedSession,
    session_use: SessionUse,
    now: i64,
) -> bool {
    let login = &cached.session.identity.login;
    let expiry = cached.times().expiry(state.config.session_lifetime(), now);
    session_use.may_use_cache(now.saturating_sub(cached.state.last_seen_at))
        && now < expiry.expires_at()
        && state.changes.is_valid(cached.read, login, key)
}

/// Keeps what was read, if later requests can use it without a read.
fn keep(state: &SessionState, key: [u8; 32], session: CachedSession) {
    if state.changes.is_proved() {
        state.cache.insert(key, session);
    }
}

/// Returns the session from the store, and caches it.
async fn find_stored(state: &SessionState, session: &Session) -> Result<Found, NoUser> {
    // The record is read here: no layer outside of this one uses the session.
    let read = state.changes.stamp();
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
    if !belongs_to_organization(state, &identity) {
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
    let session = CachedSession {
        session: Arc::new(OpenedSession { identity, login }),
        state: current,
        read,
    };
    state.cache.insert(records::key(id), session.clone());
    Ok(Found::read(session))
}

/// Returns whether the session is of the organization that the configuration requires, which may have changed since the
/// login.
fn belongs_to_organization(state: &SessionState, identity: &SessionIdentity) -> bool {
    let config = &state.config;
    let required = match (config.requires_organization(), config.organization()) {
        (false, _) => RequiredOrganization::Optional,
        (true, Some(organization)) => RequiredOrganization::Named(organization),
        (true, None) => RequiredOrganization::Any,
    };
    let organization = identity.context.organization.as_ref();
    required.unmet_by(organization).is_none()
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
