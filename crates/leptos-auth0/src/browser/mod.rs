//! The browser's half of what the crate needs from its surroundings; `server::half` is the other.

mod calls;
mod whole;

use crate::{
    JsonError, ServerFnAnswer,
    current::{Identity, Occasion, UserResource},
};
use leptos::{prelude::*, task::spawn_local, wasm_bindgen::JsCast as _};
use std::{future::Future, sync::OnceLock};
use web_sys::PageTransitionEvent;

pub use whole::{Whole, whole};

/// The user of the app on this page. Errors are decoded outside of any component, hence global.
static CURRENT: OnceLock<UserResource> = OnceLock::new();

/// Only the server knows before the first answer; the browser finds its value in the page.
pub(crate) fn identity_of_request() -> Identity {
    Identity::known(None)
}

/// Asks again who is signed in when a call says that the session ended ([`session_ended`]) or that it was answered to
/// another user, when the page comes to the front, and when the browser takes it out of its memory.
pub(crate) fn keep_current(user: UserResource) {
    _ = CURRENT.set(user);
    _ = calls::watch(user);
    _ = window_event_listener_untyped("pageshow", move |event| {
        if event
            .dyn_ref::<PageTransitionEvent>()
            .is_some_and(PageTransitionEvent::persisted)
        {
            spawn(user.ask(Occasion::RestoredPage));
        }
    });
    _ = window_event_listener_untyped("visibilitychange", move |_| {
        if user.had_session() && !document().hidden() {
            user.refetch();
        }
    });
}

pub(crate) fn session_ended() {
    if let Some(user) = CURRENT.get() {
        refetch_once(*user);
    }
}

fn refetch_once(user: UserResource) {
    if !user.pending.get_untracked() {
        // Now, not when the task begins: until then more calls may be answered.
        user.pending.set(true);
        user.refetch();
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

/// Answers are given by the server.
pub(crate) fn answer<E: ServerFnAnswer>(_: &E) {}

/// Answers are given by the server.
pub(crate) fn answer_page<E: ServerFnAnswer>(_: &E) {}

/// Only the server writes JSON: calls of the browser are forms and queries.
pub(crate) fn write_json<T>(_: &T) -> Result<String, JsonError> {
    Err(JsonError)
}
