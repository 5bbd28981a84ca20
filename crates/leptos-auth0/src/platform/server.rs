//! On the server.

use crate::{
    auth_snapshot::AuthSnapshot,
    server::{request, response},
    user_signal::{RefetchReason, UserSignal},
};

pub(crate) use crate::server::request::auth_routes;

/// Returns the snapshot of the current request.
pub(crate) fn snapshot() -> AuthSnapshot {
    request::snapshot()
}

/// Does nothing, because the server renders a page only once.
pub(crate) fn fetch_user(_: UserSignal, _: RefetchReason) {}

/// Does nothing, because the server renders a page only once.
#[cfg(feature = "islands")]
pub(crate) fn compare_user(_: UserSignal, _: RefetchReason) {}

/// Redirects. Only reached without the engine's page guard; the page stays empty in both cases.
pub(crate) fn leave_to(url: &str) {
    response::see_other(url);
}

/// Returns path and query of the current page.
#[cfg(feature = "islands")]
pub(crate) fn path_and_query() -> String {
    request::path_and_query()
}
