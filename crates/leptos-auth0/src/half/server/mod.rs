//! The server's side of what the crate needs from its platform; `half::browser` is the other.

pub(crate) mod request;
pub(crate) mod response;

use crate::auth_snapshot::AuthSnapshot;
use leptos::prelude::{AnyView, IntoAny as _, IntoView};
use std::future::Future;

pub(crate) use request::auth_routes;
pub(crate) use response::{respond_with_error, set_page_status};

/// A view of any type. In the browser, one that is built and replaced as a whole.
pub type Whole = AnyView;

/// Erases the type of `view`.
pub fn whole<V: IntoView>(view: V) -> Whole {
    view.into_any()
}

/// Returns what the current request says about its user.
pub(crate) fn initial_snapshot() -> AuthSnapshot {
    request::snapshot()
}

/// Does nothing: a request is answered once.
pub(crate) fn in_browser(_: impl FnOnce()) {}

pub(crate) fn on_session_end(_: impl Fn() + Send + Sync + 'static) {}

/// Does nothing: errors that are decoded on the server come from the address of a page.
pub(crate) fn session_ended() {}

pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    drop(task);
}

/// Redirects. Only reached without the engine's page guard; the page stays empty either way.
pub(crate) fn leave_to(url: &str) {
    response::see_other(url);
}

pub(crate) fn reload() {}

/// Serializes `value`; `None` if it has no JSON form.
pub(crate) fn write_json<T: serde::Serialize>(value: &T) -> Option<String> {
    serde_json::to_string(value).ok()
}
