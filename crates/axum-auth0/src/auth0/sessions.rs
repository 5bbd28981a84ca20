//! The sessions of any user, for administration.

use super::Auth0;
use crate::{
    session::SessionDescription,
    store::{LoginFilter, StoreError},
};

impl Auth0 {
    /// Returns all sessions of a user on this site, the latest login first. `issuer` is that of the ID token: usually
    /// `auth0.config().issuer()`.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn sessions_of(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<Vec<SessionDescription>, StoreError> {
        let user = LoginFilter::User { issuer, subject };
        self.state.sessions.list(user, None).await
    }

    /// Ends all sessions of a user on this site, for example after an incident or when an account is blocked. Every replica
    /// refuses the next request of each. Logins that are in flight fail. Returns the number of ended sessions.
    ///
    /// The user can log in again: block the account at the provider first.
    ///
    /// # Errors
    ///
    /// If the store fails. Some sessions may then continue; call it again.
    pub async fn revoke_sessions(&self, issuer: &str, subject: &str) -> Result<usize, StoreError> {
        self.state.sessions.revoke_all(issuer, subject).await
    }

    /// Ends one session of a user: an [`id`](SessionDescription::id) of [`Self::sessions_of`]. Returns whether it existed.
    ///
    /// # Errors
    ///
    /// If the store fails. The session may then continue.
    pub async fn revoke_session(
        &self,
        issuer: &str,
        subject: &str,
        id: &str,
    ) -> Result<bool, StoreError> {
        let user = LoginFilter::User { issuer, subject };
        self.state.sessions.revoke(user, id).await
    }
}
