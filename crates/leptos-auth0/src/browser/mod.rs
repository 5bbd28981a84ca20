//! Keeps the current user of a page up to date in the browser.

mod expiry_timer;
mod fetch_wrapper;
mod focus;
mod links;
mod refetch;

use crate::user_signal::{RefetchReason, UserSignal};
use leptos::{prelude::*, wasm_bindgen::JsCast as _};
use web_sys::PageTransitionEvent;

pub(crate) use expiry_timer::{extend_session, watch_session_expiry};
pub(crate) use focus::manage_focus;
pub(crate) use links::follow_links_to_the_server;
#[cfg(feature = "islands")]
pub(crate) use refetch::compare_user;
pub(crate) use refetch::fetch_user;

/// Fetches the current user again when a response reports that the session ended or belongs to another user, when the
/// page becomes visible, and when the browser restores it from its back/forward cache.
pub(crate) fn install_refetch_listeners(user: UserSignal) {
    _ = fetch_wrapper::wrap_fetch(user);
    _ = window_event_listener_untyped("pageshow", move |event| {
        if event
            .dyn_ref::<PageTransitionEvent>()
            .is_some_and(PageTransitionEvent::persisted)
        {
            user.fetch(RefetchReason::PageRestored);
        }
    });
    _ = window_event_listener_untyped("visibilitychange", move |_| {
        if user.had_session() && !document().hidden() {
            user.refetch();
        }
    });
}
