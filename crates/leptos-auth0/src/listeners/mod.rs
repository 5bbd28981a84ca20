//! Events that make the browser fetch the current user again.

mod fetch;

use crate::{
    half,
    user_signal::{RefetchReason, UserSignal},
};
use leptos::{prelude::*, wasm_bindgen::JsCast as _};
use web_sys::PageTransitionEvent;

/// Fetches the current user again when a response reports that the session ended or belongs to another user, when the
/// page becomes visible, and when the browser restores it from its back/forward cache.
pub(crate) fn install_refetch_listeners(user: UserSignal) {
    half::on_session_end(move || refetch_once(user));
    _ = fetch::wrap_fetch(user);
    _ = window_event_listener_untyped("pageshow", move |event| {
        if event
            .dyn_ref::<PageTransitionEvent>()
            .is_some_and(PageTransitionEvent::persisted)
        {
            half::spawn(user.fetch(RefetchReason::PageRestored));
        }
    });
    _ = window_event_listener_untyped("visibilitychange", move |_| {
        if user.had_session() && !document().hidden() {
            user.refetch();
        }
    });
}

fn refetch_once(user: UserSignal) {
    if !user.pending.get_untracked() {
        // Set before the task starts, because more responses can arrive until then.
        user.pending.set(true);
        user.refetch();
    }
}
