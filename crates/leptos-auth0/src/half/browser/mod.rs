//! The browser implementation of platform functions; `half::server` is its counterpart.

mod whole;

use crate::{auth_routes::AuthRoutes, auth_snapshot::AuthSnapshot};
use leptos::{prelude::*, task::spawn_local};
use std::{future::Future, sync::OnceLock};

pub use whole::{Whole, whole};

type Hook = Box<dyn Fn() + Send + Sync>;

/// Global, because errors are decoded outside of any component.
static SESSION_END_HOOK: OnceLock<Hook> = OnceLock::new();

/// Returns an initial value. The browser reads the server's value from the page.
pub(crate) fn initial_snapshot() -> AuthSnapshot {
    AuthSnapshot::new(true, None, auth_routes())
}

/// Returns the default routes. The configured ones are in the page.
pub(crate) fn auth_routes() -> AuthRoutes {
    AuthRoutes::default()
}

/// Runs `install` immediately. Does nothing on the server.
pub(crate) fn in_browser(install: impl FnOnce()) {
    install();
}

/// Registers `hook`, which is called when a response reports that the session ended. Later hooks are ignored.
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

/// Navigates from the app to a page of the server, replacing the current history entry.
pub(crate) fn leave_to(url: &str) {
    _ = window().location().replace(url);
}

pub(crate) fn reload() {
    _ = window().location().reload();
}

/// Does nothing, because only the server sends responses.
pub(crate) fn respond_with_error(_: u16, _: &str, _: Option<u32>) {}

/// Does nothing, because only the server sends responses.
pub(crate) fn set_page_status(_: u16, _: Option<u32>) {}

/// Returns `None`. Only the server writes JSON, because the browser sends forms and queries.
pub(crate) fn write_json<T>(_: &T) -> Option<String> {
    None
}
