//! Keeps the current user of a page up to date in the browser.

mod expiry_timer;
mod fetch_wrapper;
mod focus;
mod links;
mod refetch;
mod tabs;

use crate::{
    session_end::now,
    user_signal::{RefetchReason, UserSignal},
};
use leptos::{prelude::*, wasm_bindgen::JsCast as _};
use std::time::Duration;
use web_sys::PageTransitionEvent;

pub(crate) use expiry_timer::{extend_session, watch_session_expiry};
pub(crate) use focus::manage_focus;
pub(crate) use links::follow_links_to_the_server;
#[cfg(feature = "islands")]
pub(crate) use refetch::compare_user;
pub(crate) use refetch::fetch_user;

/// Minimum time between two requests that only happen because the page became visible, in seconds.
const VISIBLE_INTERVAL: i64 = 5;

/// Fetches the current user again when a response or another tab reports that the session ended or belongs to another
/// user, when the page becomes visible, and when the browser restores it from its back/forward cache.
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
    refetch_when_visible(user);
    tabs::join(user);
}

/// Fetches the user again when the user turns to the page: a session can also end elsewhere.
fn refetch_when_visible(user: UserSignal) {
    let is_scheduled = StoredValue::new(false);
    let last = StoredValue::new(0);
    // A window next to another one is visible before it has the focus.
    for name in ["visibilitychange", "focus"] {
        _ = window_event_listener_untyped(name, move |_| {
            if document().hidden() || is_scheduled.get_value() {
                return;
            }
            is_scheduled.set_value(true);
            let wait = last.get_value() + VISIBLE_INTERVAL - now();
            let fetch = move || {
                is_scheduled.set_value(false);
                if user.had_session() && !document().hidden() {
                    last.set_value(now());
                    user.refetch();
                }
            };
            set_timeout(fetch, Duration::from_secs(wait.try_into().unwrap_or(0)));
        });
    }
}
