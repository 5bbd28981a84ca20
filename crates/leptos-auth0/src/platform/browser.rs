//! In the browser.

use crate::{auth_routes::AuthRoutes, auth_snapshot::AuthSnapshot, user_signal::UserSignal};
use leptos::prelude::window;

#[cfg(feature = "islands")]
pub(crate) use crate::browser::compare_user;
pub(crate) use crate::browser::{extend_session, fetch_user, manage_focus, watch_session_expiry};

/// Returns an initial value. The server's value is in the page.
pub(crate) fn snapshot() -> AuthSnapshot {
    AuthSnapshot::default()
}

/// Returns no text, because the page has that of the server.
pub(crate) fn session_end_html(_: UserSignal) -> String {
    String::new()
}

/// Returns the default routes. The configured ones are in the page.
pub(crate) fn auth_routes() -> AuthRoutes {
    AuthRoutes::default()
}

/// Lets server functions be called below `base_path`. An app that has set another server itself keeps it.
pub(crate) fn provide_base_path(base_path: &str) {
    // A page has one base path.
    let base_path = Box::leak(base_path.to_owned().into_boxed_str());
    _ = leptos::server_fn::client::try_set_server_url(base_path);
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
