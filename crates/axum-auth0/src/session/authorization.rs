//! Roles, permissions and the actor of a user, and guards of handlers that require them.

use super::SignedInUser;
use crate::authorization::{AccessDenied, Requirement};

impl SignedInUser {
    /// Returns the roles of the user: the claim `roles`, or `AUTH0_ROLES_CLAIM`. Empty if it is missing or of another type.
    ///
    /// Roles and permissions are those of the login: a change takes effect with the next one. They decide about the pages of the
    /// site; an API decides by the access token that it receives.
    pub fn roles(&self) -> Vec<&str> {
        self.services.claim_names.read_roles(&self.claims)
    }

    /// Returns the permissions of the user: the claim `permissions`, or `AUTH0_PERMISSIONS_CLAIM`.
    pub fn permissions(&self) -> Vec<&str> {
        self.services.claim_names.read_permissions(&self.claims)
    }

    /// Returns whether the user has the role.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles().contains(&role)
    }

    /// Returns whether the user has the permission.
    pub fn has_permission(&self, permission: &str) -> bool {
        self.permissions().contains(&permission)
    }

    /// Returns the subject of who acts as this user: `act.sub` of the ID token (RFC 8693 §4.1), in a delegation or an
    /// impersonation. Empty if the claim does not name it. `None` if the user acts themselves.
    pub fn actor(&self) -> Option<&str> {
        self.context.actor.as_deref()
    }

    /// Requires a role.
    ///
    /// ```
    /// use axum_auth0::{AccessDenied, SignedInUser};
    ///
    /// async fn report(user: SignedInUser) -> Result<&'static str, AccessDenied> {
    ///     user.require_role("manager")?;
    ///     Ok("the report")
    /// }
    /// # let app: axum::Router = axum::Router::new().route("/report", axum::routing::get(report));
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccessDenied`], whose response says what is missing.
    pub fn require_role(&self, role: &str) -> Result<(), AccessDenied> {
        self.check_claims(&Requirement::role(role))
    }

    /// Requires a permission.
    ///
    /// # Errors
    ///
    /// [`AccessDenied`].
    pub fn require_permission(&self, permission: &str) -> Result<(), AccessDenied> {
        self.check_claims(&Requirement::permission(permission))
    }

    /// Checks the roles and permissions of `requirement`, not its scopes.
    pub(super) fn check_claims(&self, requirement: &Requirement) -> Result<(), AccessDenied> {
        requirement.check_claims(&self.roles(), &self.permissions())
    }
}
