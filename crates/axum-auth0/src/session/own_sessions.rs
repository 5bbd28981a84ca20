//! The sessions of the signed-in user.

use super::{SessionDescription, SignedInUser};
use crate::store::{LoginFilter, StoreError};

impl SignedInUser {
    /// Returns all sessions of this user on this site, the latest login first.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn sessions(&self) -> Result<Vec<SessionDescription>, StoreError> {
        let sessions = &self.services.sessions;
        sessions.list(self.all_logins(), Some(self.login())).await
    }

    /// Ends one session of this user: an [`id`](SessionDescription::id) of [`Self::sessions`]. Returns whether it existed;
    /// the session of another user does not exist for this one. Every replica refuses its next request.
    ///
    /// # Errors
    ///
    /// If the store fails. The session may then continue.
    pub async fn revoke_session(&self, id: &str) -> Result<bool, StoreError> {
        self.services.sessions.revoke(self.all_logins(), id).await
    }

    /// Ends all other sessions of this user. Returns their number.
    ///
    /// # Errors
    ///
    /// If the store fails. Some sessions may then continue.
    pub async fn revoke_other_sessions(&self) -> Result<usize, StoreError> {
        let sessions = &self.services.sessions;
        sessions
            .revoke_others(self.all_logins(), self.login())
            .await
    }

    fn all_logins(&self) -> LoginFilter<'_> {
        LoginFilter::User {
            issuer: self.login.issuer(),
            subject: self.subject(),
        }
    }
}
