//! On the server.

use crate::{
    auth_snapshot::AuthSnapshot,
    server::{request, response},
    session_expiry_signal::SessionExpirySignal,
    user_signal::{RefetchReason, UserSignal},
};
use leptos::{
    html::Section,
    prelude::{NodeRef, provide_context},
};
use leptos_router::location::RequestUrl;

pub(crate) use crate::server::request::auth_routes;

/// Returns the snapshot of the current request.
pub(crate) fn snapshot() -> AuthSnapshot {
    request::snapshot()
}

/// Returns a paragraph that says when the session ends, or an empty string.
pub(crate) fn session_end_html(_: UserSignal) -> String {
    request::session_end_html()
}

/// Does nothing, because the server does not wait.
pub(crate) fn watch_session_expiry(_: SessionExpirySignal) {}

/// Does nothing, because the server has no buttons.
pub(crate) fn extend_session(_: SessionExpirySignal) {}

/// Does nothing, because the server has no focus.
pub(crate) fn manage_focus(_: NodeRef<Section>, _: SessionExpirySignal) {}

/// Does nothing, because the server renders a page only once.
pub(crate) fn fetch_user(_: UserSignal, _: RefetchReason) {}

/// Does nothing, because the server renders a page only once.
#[cfg(feature = "islands")]
pub(crate) fn compare_user(_: UserSignal, _: RefetchReason) {}

/// Provides the URL of the request, as the browser sent it, to the router. Inside a nested router, the request that
/// `leptos_axum` provides lacks the base path.
pub(crate) fn provide_base_path(_: &str) {
    if let Some(path_and_query) = request::path_and_query() {
        // The router ignores the origin; this is the one of `leptos_axum`.
        let url = ["http://leptos.dev", &path_and_query].concat();
        provide_context(RequestUrl::new(&url));
    }
}

/// Redirects. Only reached without the engine's page guard; the page stays empty in both cases.
pub(crate) fn leave_to(url: &str) {
    response::see_other(url);
}

/// Returns path and query of the current page.
#[cfg(feature = "islands")]
pub(crate) fn path_and_query() -> String {
    request::path_and_query().unwrap_or_else(|| "/".to_owned())
}
