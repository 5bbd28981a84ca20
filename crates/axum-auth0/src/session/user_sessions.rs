//! The sessions of a user: lists them, and ends them over all replicas.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    SessionDescription, SessionTimes, end_markers::EndMarker, login_details::LoginDetails,
};
use crate::{
    clock::SharedClock,
    config::Config,
    events::{AuthEvent, EventSubject, Events, SessionEnd},
    seal::Keyring,
    store::{LoginFilter, LoginId, LoginRecord, LoginState, SharedStore, StoreError},
    tokens::Tokens,
};

/// Maximum number of logins that one read of the store returns.
const BATCH: u32 = 500;

/// The sessions of users. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct UserSessions {
    pub(crate) config: Arc<Config>,
    pub(crate) store: SharedStore,
    pub(crate) keys: Keyring,
    pub(crate) tokens: Tokens,
    pub(crate) clock: SharedClock,
    pub(crate) events: Events,
}

/// Whether the refresh tokens of ended logins are revoked at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefreshTokens {
    Revoke,
    Keep,
}

impl UserSessions {
    /// Returns the sessions of a user that have not ended, the latest login first.
    pub(crate) async fn list(
        &self,
        user: LoginFilter<'_>,
        current: Option<LoginId>,
    ) -> Result<Vec<SessionDescription>, StoreError> {
        let (now, lifetime) = (self.clock.unix_seconds(), self.config.session_lifetime());
        let logins = self.store.find_logins(user, BATCH).await?;
        let live = logins.into_iter().filter(|row| {
            let times = SessionTimes::new(row.created_at, LoginState::from(row), None);
            times.expiry(lifetime, now).expires_at() > now
        });
        let describe = |row: LoginRecord| SessionDescription {
            id: public_id(&row.id),
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            now,
            device: LoginDetails::of(&self.keys, &row).device,
            is_current: current == Some(row.id),
        };
        Ok(live.map(describe).collect())
    }

    /// Ends one session of a user. Returns whether it existed.
    pub(crate) async fn revoke(&self, user: LoginFilter<'_>, id: &str) -> Result<bool, StoreError> {
        let Some(id) = login_id(id) else {
            return Ok(false);
        };
        let row = self.store.load_login(&id).await?;
        let Some(row) = row.filter(|row| user.matches(row)) else {
            return Ok(false);
        };
        let logins = [row];
        let ended = self.end(&logins, SessionEnd::Revoked, RefreshTokens::Revoke);
        Ok(ended.await? > 0)
    }

    /// Ends all sessions of a user but `kept`. Returns their number.
    pub(crate) async fn revoke_others(
        &self,
        user: LoginFilter<'_>,
        kept: LoginId,
    ) -> Result<usize, StoreError> {
        let is_other = |row: &LoginRecord| row.id != kept;
        self.end_matching(user, is_other, SessionEnd::Revoked, RefreshTokens::Revoke)
            .await
    }

    /// Ends all sessions of a user, and the logins in flight. Returns the number of sessions.
    pub(crate) async fn revoke_all(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<usize, StoreError> {
        let now = self.clock.unix_seconds();
        EndMarker::Revoked(subject)
            .write(&self.store, issuer, now, now)
            .await?;
        let user = LoginFilter::User { issuer, subject };
        self.end_matching(user, |_| true, SessionEnd::Revoked, RefreshTokens::Revoke)
            .await
    }

    /// Ends the logins that `filter` finds and `is_ended` selects. Returns their number.
    pub(crate) async fn end_matching(
        &self,
        filter: LoginFilter<'_>,
        is_ended: impl Fn(&LoginRecord) -> bool,
        reason: SessionEnd,
        refresh_tokens: RefreshTokens,
    ) -> Result<usize, StoreError> {
        let mut total = 0;
        loop {
            let found = self.store.find_logins(filter, BATCH).await?;
            let is_last = found.len() < BATCH as usize;
            let selected: Vec<_> = found.into_iter().filter(|row| is_ended(row)).collect();
            let ended = self.end(&selected, reason, refresh_tokens).await?;
            total += ended;
            if is_last || ended == 0 {
                return Ok(total);
            }
        }
    }

    /// Deletes logins, and revokes the refresh tokens of those that this call deleted.
    async fn end(
        &self,
        logins: &[LoginRecord],
        reason: SessionEnd,
        refresh_tokens: RefreshTokens,
    ) -> Result<usize, StoreError> {
        let mut ended = Vec::new();
        for row in logins {
            // Another request may delete it first, and reports it then.
            if let Some(row) = self.store.delete_login(&row.id).await? {
                self.events.emit(&AuthEvent::SessionEnded {
                    login: row.id,
                    subject: EventSubject::of(&row.subject),
                    reason,
                });
                ended.push(row);
            }
        }
        if refresh_tokens == RefreshTokens::Revoke {
            for row in &ended {
                self.revoke_refresh_token(row).await;
            }
        }
        Ok(ended.len())
    }

    /// Revokes the refresh token of an ended login, unless the user has another login: at some providers, revoking one refresh
    /// token ends all of them. The token is deleted with the login in any case.
    async fn revoke_refresh_token(&self, row: &LoginRecord) {
        let is_of_provider = row.issuer == self.config.issuer().as_str();
        let others = self.store.find_logins(row.user(), 1).await;
        if is_of_provider && others.is_ok_and(|others| others.is_empty()) {
            let tokens = self.tokens.open_for_logout(row);
            drop(self.tokens.revoke(row.id, tokens.refresh_token));
        }
    }
}

/// Returns the identifier of a session for its user. The identifier of a login is no secret: the cookie has another one.
fn public_id(login: &LoginId) -> String {
    URL_SAFE_NO_PAD.encode(login.as_bytes())
}

fn login_id(text: &str) -> Option<LoginId> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    bytes.try_into().ok().map(LoginId::from_bytes)
}
