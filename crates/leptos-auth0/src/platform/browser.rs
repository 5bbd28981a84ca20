//! In the browser.

use crate::{auth_routes::AuthRoutes, auth_snapshot::AuthSnapshot};
use leptos::prelude::window;

#[cfg(feature = "islands")]
pub(crate) use crate::browser::compare_user;
pub(crate) use crate::browser::fetch_user;

/// Returns an initial value. The server's value is in the page.
pub(crate) fn snapshot() -> AuthSnapshot {
    AuthSnapshot::default()
}

/// Returns the default routes. The configured ones are in the page.
pub(crate) fn auth_routes() -> AuthRoutes {
    AuthRoutes::default()
}

/// Navigates from the app to a page of the server, replacing the current history entry.
pub(crate) fn leave_to(url: &str) {
    _ = window().location().replace(url);
}

/// Returns path and query of the current page.
#[cfg(feature = "islands")]
pub(crate) fn path_and_query() -> String {
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}
