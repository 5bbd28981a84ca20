//! The data about its user that a page contains.

use crate::{
    auth_routes::AuthRoutes, failed_form::FailedForm, session_end::RemainingSession, user::User,
};
use serde::{Deserialize, Serialize};

/// The data that the server renders into the first HTML. The browser keeps the user current afterwards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AuthSnapshot {
    /// Whether the session lookup failed, because the session store is unavailable.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_unavailable: bool,
    /// The signed-in user, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<User>,
    /// When the session ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) session_end: Option<RemainingSession>,
    /// The paths of the engine's routes.
    pub(crate) routes: AuthRoutes,
    /// The form of this page that failed, if the browser posted it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failed_form: Option<FailedForm>,
}
