//! A new login takes the place of the one that the browser had: first it is stored, then the old one ends.

use std::collections::HashMap;

use tower_sessions::{
    SessionStore as _,
    session::{Id, Record},
};

use super::LoginState;
use crate::{
    session::{SESSION_KEY, SessionData, StoredSession, store_error},
    store::{LoginRecord, StoreError},
};

/// Seconds that a request may still arrive with the identifier of a session that a new login replaced.
const REPLACED_TTL: i64 = 60;

/// A login that is not stored yet.
pub(super) struct NewLogin {
    pub(super) row: LoginRecord,
    pub(super) data: SessionData,
    /// The identifier of its session.
    pub(super) session: Id,
    pub(super) refresh_token: Option<String>,
}

impl NewLogin {
    /// Stores the login and its session, and ends what the browser had before. The old identifier is never used again
    /// (session fixation, RFC 9700 §4.7).
    ///
    /// # Errors
    ///
    /// If the store fails. Then the browser keeps the session that it had, and nothing of the new login is left.
    pub(super) async fn replace(
        self,
        state: &LoginState,
        old: &StoredSession,
    ) -> Result<Id, StoreError> {
        let subject = self.row.subject.clone();
        let session = match self.store(state).await {
            Ok(session) => session,
            Err(error) => {
                self.undo(state).await;
                return Err(error);
            }
        };
        end(state, old, &subject).await;
        Ok(session)
    }

    async fn store(&self, state: &LoginState) -> Result<Id, StoreError> {
        state.store.create_login(self.row.clone()).await?;
        let failed = |text: String| StoreError(text);
        let data = serde_json::to_value(&self.data).map_err(|error| failed(error.to_string()))?;
        let expiry_date = time::OffsetDateTime::from_unix_timestamp(self.row.expires_at)
            .map_err(|error| failed(error.to_string()))?;
        let mut record = Record {
            id: self.session,
            data: HashMap::from([(SESSION_KEY.to_owned(), data)]),
            expiry_date,
        };
        let created = state.records.create(&mut record).await;
        created.map_err(store_error)?;
        Ok(record.id)
    }

    /// A login without a session cannot be used.
    async fn undo(&self, state: &LoginState) {
        let login = self.row.id;
        if let Err(error) = state.store.delete_login(&login).await {
            tracing::error!(?login, %error, "failed to delete a login without a session");
        }
        // At some providers the revocation of one refresh token ends all of the user's sessions, in other browsers too.
        let has_others = state.store.has_login_since(&self.row.subject, i64::MIN);
        if !has_others.await.unwrap_or(true) {
            drop(state.tokens.revoke(login, self.refresh_token.clone()));
        }
    }
}

/// Ends the login that the browser had. The new one is stored by now, so nothing depends on the outcome.
///
/// The refresh token of the same user is not revoked: it is older than the new one, and at some providers its revocation
/// ends the whole grant (Auth0's "Refresh Token Revocation Deletes Grant", Keycloak), and the new login with it.
async fn end(state: &LoginState, old: &StoredSession, subject: &str) {
    let is_of_provider = old.is_from_issuer(state.config.issuer().as_str());
    if let Some(login) = old.login {
        match state.store.delete_login(&login).await {
            Ok(Some(row)) if row.subject != subject && is_of_provider => {
                let tokens = state.tokens.open_for_logout(&row);
                drop(state.tokens.revoke(login, tokens.refresh_token));
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(?login, %error, "failed to delete the login that a new one replaced");
            }
        }
    }
    if let Some(id) = old.id
        && let Err(error) = replaced(state, id).await
    {
        tracing::warn!(%error, "failed to end the session that a new login replaced");
    }
}

/// Leaves a record without a login under the old identifier for a minute. A request of another tab that still carries
/// it is anonymous then. If the session were gone, the response would remove the cookie, and with it the new session's,
/// which has the same name.
async fn replaced(state: &LoginState, id: Id) -> tower_sessions::session_store::Result<()> {
    let end = state.clock.unix_seconds() + REPLACED_TTL;
    let Ok(expiry_date) = time::OffsetDateTime::from_unix_timestamp(end) else {
        return state.records.delete(&id).await;
    };
    let marker = HashMap::from([("replaced".to_owned(), true.into())]);
    let record = Record {
        id,
        data: marker,
        expiry_date,
    };
    state.records.save(&record).await
}
