//! Guards that require roles, permissions or scopes.

use axum::{Router, middleware::from_fn_with_state};

use super::{Auth0, Auth0Builder};
use crate::{authorization::Requirement, guard};

impl Auth0Builder {
    /// Sets `AUTH0_ROLES_CLAIM`: the claim of the ID token with the roles of the user, for example
    /// `https://example.com/roles`, which an Action adds at Auth0. Pages contain it then.
    pub fn roles_claim(self, name: impl Into<String>) -> Self {
        self.set("AUTH0_ROLES_CLAIM", name)
    }

    /// Sets `AUTH0_PERMISSIONS_CLAIM`: the claim of the ID token with the permissions of the user. Pages contain it then.
    pub fn permissions_claim(self, name: impl Into<String>) -> Self {
        self.set("AUTH0_PERMISSIONS_CLAIM", name)
    }

    /// Adds pages that require a signed-in user with these roles, permissions or scopes, including all paths below them. If several
    /// entries match a page, all of them apply. Other users get a page with the status 403 that says what is missing.
    ///
    /// ```
    /// use axum_auth0::{Auth0, Requirement};
    ///
    /// let builder = Auth0::builder().protect_for(Requirement::role("manager"), ["/report"]);
    /// ```
    pub fn protect_for<P: Into<String>>(
        mut self,
        requirement: Requirement,
        pages: impl IntoIterator<Item = P>,
    ) -> Self {
        let pages: Vec<String> = pages.into_iter().map(Into::into).collect();
        self.paths.protected.list(pages.iter().cloned());
        self.paths.access.add(requirement, pages);
        self
    }
}

impl Auth0 {
    /// Returns `router` with a guard in front of all its routes and its fallback: they require a signed-in user with these
    /// roles, permissions or scopes. [`AccessDenied`](crate::AccessDenied) describes the response to other users.
    ///
    /// ```no_run
    /// use axum::{Router, routing::get};
    /// use axum_auth0::Requirement;
    /// # fn app(auth0: &axum_auth0::Auth0) -> Router {
    /// let reports = Router::new().route("/report.csv", get(|| async { "a,b" }));
    /// let app = Router::new().merge(auth0.require_access(Requirement::role("manager"), reports));
    /// auth0.wrap(app)
    /// # }
    /// ```
    pub fn require_access<S: Clone + Send + Sync + 'static>(
        &self,
        requirement: Requirement,
        router: Router<S>,
    ) -> Router<S> {
        let state = (self.guard(), requirement);
        router.layer(from_fn_with_state(state, guard::require_access))
    }
}
