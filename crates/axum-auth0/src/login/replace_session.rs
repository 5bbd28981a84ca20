//! Replaces the browser's session with the session of a new login: stores the new session, then ends the old one.

use tower_sessions::{SessionStore as _, session::Id};

use super::LoginState;
use crate::{
    events::{AuthEvent, EventSubject, SessionEnd},
    session::{EndMarker, SessionData, StoredSession, empty_record, store_error},
    store::{LoginRecord, StoreError},
};

/// How long requests may still carry the identifier of a replaced session, in seconds.
const REPLACED_TTL: i64 = 60;

/// A login that is not stored yet.
pub(super) struct NewLogin {
    pub(super) row: LoginRecord,
    pub(super) data: SessionData,
    /// Time of the start of the login, in seconds since 1970.
    pub(super) started_at: i64,
    /// `iat` of the ID token.
    pub(super) issued_at: Option<i64>,
    /// The identifier of its session.
    pub(super) session: Id,
}

impl NewLogin {
    /// Stores the login and its session, and ends the browser's previous session. The old identifier is never reused
    /// (session fixation, RFC 9700 §4.7). Returns `None` if the provider or the site ended the session during the login.
    ///
    /// # Errors
    ///
    /// If the store fails. The browser then keeps its old session, and the new login is deleted.
    pub(super) async fn replace(
        &self,
        state: &LoginState,
        old: &StoredSession,
    ) -> Result<Option<Id>, StoreError> {
        let session = match self.store(state).await {
            Ok(Some(session)) => session,
            Ok(None) => {
                self.undo(state).await;
                return Ok(None);
            }
            Err(error) => {
                self.undo(state).await;
                return Err(error);
            }
        };
        end(state, old, &self.row.subject).await;
        Ok(Some(session))
    }

    async fn store(&self, state: &LoginState) -> Result<Option<Id>, StoreError> {
        state.store.create_login(self.row.clone()).await?;
        // After the row is stored: a logout that did not write its marker yet will find the row.
        if self.has_ended(state).await? {
            return Ok(None);
        }
        let mut record = empty_record(self.session, self.row.expires_at)?;
        self.data.write_to(&mut record)?;
        let created = state.records.create(&mut record).await;
        created.map_err(store_error)?;
        Ok(Some(record.id))
    }

    /// Returns whether the session ended while its login was in flight.
    async fn has_ended(&self, state: &LoginState) -> Result<bool, StoreError> {
        let (store, issuer) = (&state.store, self.row.issuer.as_str());
        let now = state.clock.unix_seconds();
        if let Some(sid) = &self.row.provider_session {
            let marker = EndMarker::ProviderSession(sid);
            if marker.read(store, issuer, now).await?.is_some() {
                return Ok(true);
            }
        }
        let subject = &self.row.subject;
        let marker = EndMarker::Subject(subject);
        if let Some(ended_at) = marker.read(store, issuer, now).await?
            && self.issued_at.is_none_or(|issued_at| issued_at <= ended_at)
        {
            return Ok(true);
        }
        let revoked = EndMarker::Revoked(subject).read(store, issuer, now).await?;
        Ok(revoked.is_some_and(|revoked_at| self.started_at <= revoked_at))
    }

    /// Deletes the login, which cannot be used without a session.
    async fn undo(&self, state: &LoginState) {
        let login = self.row.id;
        if let Err(error) = state.store.delete_login(&login).await {
            tracing::error!(?login, %error, "failed to delete a login without a session");
        }
    }
}

/// Ends the browser's previous login. The new login is already stored and does not depend on the outcome.
///
/// A refresh token of the same user is not revoked: at some providers that ends the whole grant (Auth0's "Refresh Token
/// Revocation Deletes Grant", Keycloak), including the new login.
async fn end(state: &LoginState, old: &StoredSession, subject: &str) {
    let is_of_provider = old.is_from_issuer(state.config.issuer().as_str());
    if let Some(login) = old.login {
        match state.store.delete_login(&login).await {
            Ok(Some(row)) => {
                state.events.emit(&AuthEvent::SessionEnded {
                    login,
                    subject: EventSubject::of(&row.subject),
                    reason: SessionEnd::Replaced,
                });
                if row.subject != subject && is_of_provider {
                    let tokens = state.tokens.open_for_logout(&row);
                    drop(state.tokens.revoke(login, tokens.refresh_token));
                }
            }
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(?login, %error, "failed to delete a replaced login");
            }
        }
    }
    if let Some(id) = old.id
        && let Err(error) = mark_replaced(state, id).await
    {
        tracing::warn!(%error, "failed to end a replaced session");
    }
}

/// Keeps a record without a login under the old identifier for a minute. Requests of other tabs that still carry it are
/// anonymous. Without a record, the response would remove the cookie, and with it the cookie of the new session, which
/// has the same name.
async fn mark_replaced(state: &LoginState, id: Id) -> Result<(), StoreError> {
    let mut record = empty_record(id, state.clock.unix_seconds() + REPLACED_TTL)?;
    record.data.insert("replaced".to_owned(), true.into());
    state.records.save(&record).await.map_err(store_error)
}
