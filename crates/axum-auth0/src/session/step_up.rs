//! Guards of handlers that require a recent or a strong login.

use std::time::Duration;

use super::SignedInUser;
use crate::step_up::{Authentication, StepUp, StepUpRequired};

impl SignedInUser {
    /// Returns when and how the user logged in: `auth_time`, `acr` and `amr` of the ID token of the login. Empty if the
    /// provider issues none of them, and in a session of an older version.
    pub fn authentication(&self) -> &Authentication {
        &self.context.authentication
    }

    /// Requires that the user proved their identity at the provider at most `max_age` ago.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use axum_auth0::{SignedInUser, StepUpRequired};
    ///
    /// async fn close_account(user: SignedInUser) -> Result<&'static str, StepUpRequired> {
    ///     user.require_recent_auth(Duration::from_mins(5))?;
    ///     Ok("closed")
    /// }
    /// # let app: axum::Router = axum::Router::new().route("/close", axum::routing::post(close_account));
    /// ```
    ///
    /// # Errors
    ///
    /// [`StepUpRequired`], whose response leads the user through a login; see there.
    pub fn require_recent_auth(&self, max_age: Duration) -> Result<(), StepUpRequired> {
        self.require_step_up(&StepUp::recent_auth(max_age))
    }

    /// Requires that the login satisfied one of these authentication context classes (`acr`).
    ///
    /// # Errors
    ///
    /// [`StepUpRequired`].
    pub fn require_acr<V: Into<String>>(
        &self,
        values: impl IntoIterator<Item = V>,
    ) -> Result<(), StepUpRequired> {
        self.require_step_up(&StepUp::acr(values))
    }

    /// Requires that the login satisfies `step_up`.
    ///
    /// # Errors
    ///
    /// [`StepUpRequired`].
    pub fn require_step_up(&self, step_up: &StepUp) -> Result<(), StepUpRequired> {
        let now = self.services.tokens.unix_seconds();
        match step_up.unmet_by(self.authentication(), now) {
            None => Ok(()),
            Some(_) => Err(StepUpRequired(step_up.clone())),
        }
    }
}
