//! The data about its user and the engine's routes that a page contains.

use crate::{auth_routes::AuthRoutes, user::User};

/// The data that the server renders into the first HTML. The browser keeps the user current afterwards.
///
/// The paths are direct members, because a nested object needs more code in the browser.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, miniserde::Deserialize)]
pub(crate) struct AuthSnapshot {
    /// Whether the session lookup succeeded. `false` if the session store is unavailable.
    pub(crate) known: bool,
    /// The signed-in user, if any.
    pub(crate) user: Option<User>,
    /// [`AuthRoutes::login`].
    login_path: String,
    /// [`AuthRoutes::logout`].
    logout_path: String,
    /// [`AuthRoutes::profile`].
    profile_path: String,
}

impl AuthSnapshot {
    /// Creates the snapshot of a page for `user`. `known` is `false` if the session store is unavailable.
    pub(crate) fn new(known: bool, user: Option<User>, routes: AuthRoutes) -> Self {
        Self {
            known,
            user,
            login_path: routes.login,
            logout_path: routes.logout,
            profile_path: routes.profile,
        }
    }

    /// Returns the paths of the engine's routes.
    pub(crate) fn routes(&self) -> AuthRoutes {
        AuthRoutes {
            login: self.login_path.clone(),
            logout: self.logout_path.clone(),
            profile: self.profile_path.clone(),
        }
    }
}
