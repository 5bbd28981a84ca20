//! The server implementation of platform functions; `half::browser` is its counterpart.

pub(crate) mod request;
pub(crate) mod response;

use crate::auth_snapshot::AuthSnapshot;
use leptos::prelude::{AnyView, IntoAny as _, IntoView};
use std::future::Future;

pub(crate) use request::auth_routes;
pub(crate) use response::{respond_with_error, set_page_status};

/// A view of any type. In the browser, it is built and replaced as a unit.
pub type Whole = AnyView;

/// Erases the type of `view`.
pub fn whole<V: IntoView>(view: V) -> Whole {
    view.into_any()
}

/// Returns the snapshot of the current request.
pub(crate) fn initial_snapshot() -> AuthSnapshot {
    request::snapshot()
}

/// Does nothing, because the server renders a page only once.
pub(crate) fn in_browser(_: impl FnOnce()) {}

pub(crate) fn on_session_end(_: impl Fn() + Send + Sync + 'static) {}

/// Does nothing, because errors decoded on the server come from the URL of a page.
pub(crate) fn session_ended() {}

pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    drop(task);
}

/// Redirects. Only reached without the engine's page guard; the page stays empty in both cases.
pub(crate) fn leave_to(url: &str) {
    response::see_other(url);
}

pub(crate) fn reload() {}

/// Serializes `value`; `None` if it cannot be represented as JSON.
pub(crate) fn write_json<T: serde::Serialize>(value: &T) -> Option<String> {
    serde_json::to_string(value).ok()
}
