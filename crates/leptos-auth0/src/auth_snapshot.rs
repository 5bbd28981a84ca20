//! What a page knows about its user and the engine's routes.

use crate::{auth_routes::AuthRoutes, user::User};

/// The server writes it into the first HTML; the browser then keeps the user current.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, miniserde::Deserialize)]
pub(crate) struct AuthSnapshot {
    /// Whether the session lookup succeeded. `false` if the session store is unavailable.
    pub(crate) known: bool,
    /// The signed-in user, if any.
    pub(crate) user: Option<User>,
    /// The paths of the engine's routes.
    pub(crate) routes: AuthRoutes,
}

/// An anonymous visitor, and the default routes.
impl Default for AuthSnapshot {
    fn default() -> Self {
        Self {
            known: true,
            user: None,
            routes: AuthRoutes::default(),
        }
    }
}
