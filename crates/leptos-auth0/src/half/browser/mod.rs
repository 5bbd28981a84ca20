//! The browser's side of what the crate needs from its platform; `half::server` is the other.

mod whole;

use crate::{auth_routes::AuthRoutes, auth_snapshot::AuthSnapshot};
use leptos::{prelude::*, task::spawn_local};
use std::{future::Future, sync::OnceLock};

pub use whole::{Whole, whole};

type Hook = Box<dyn Fn() + Send + Sync>;

/// Errors are decoded outside of any component, hence global.
static SESSION_END_HOOK: OnceLock<Hook> = OnceLock::new();

/// Only the server knows before the first response; the browser finds the server's value in the page.
pub(crate) fn initial_snapshot() -> AuthSnapshot {
    AuthSnapshot::new(true, None, auth_routes())
}

/// Returns the default routes: the configured ones are in the page.
pub(crate) fn auth_routes() -> AuthRoutes {
    AuthRoutes::default()
}

/// Runs `install` now. On the server this does nothing.
pub(crate) fn in_browser(install: impl FnOnce()) {
    install();
}

/// Calls `hook` when a response says that the session ended. The first hook stays.
pub(crate) fn on_session_end(hook: impl Fn() + Send + Sync + 'static) {
    _ = SESSION_END_HOOK.set(Box::new(hook));
}

/// Runs the hook of [`on_session_end`].
pub(crate) fn session_ended() {
    if let Some(hook) = SESSION_END_HOOK.get() {
        hook();
    }
}

pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    spawn_local(task);
}

/// Leaves the app for a page of the server, without a history entry for the page left.
pub(crate) fn leave_to(url: &str) {
    _ = window().location().replace(url);
}

pub(crate) fn reload() {
    _ = window().location().reload();
}

/// Only the server sends responses.
pub(crate) fn respond_with_error(_: u16, _: &str, _: Option<u32>) {}

/// Only the server sends responses.
pub(crate) fn set_page_status(_: u16, _: Option<u32>) {}

/// Returns `None`: only the server writes JSON, since the browser sends forms and queries.
pub(crate) fn write_json<T>(_: &T) -> Option<String> {
    None
}
