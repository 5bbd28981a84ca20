//! The server's half of what the crate needs from its surroundings; `browser` is the other.

use super::{answer, identity};
use crate::{
    JsonError, ServerFnAnswer,
    current::{Identity, UserResource},
};
use leptos::prelude::{AnyView, IntoAny as _, IntoView};
use std::future::Future;

/// A view of any type. In the browser, one that is built and replaced as a whole.
pub type Whole = AnyView;

/// Erases the type of `view`.
pub fn whole<V: IntoView>(view: V) -> Whole {
    view.into_any()
}

pub(crate) fn identity_of_request() -> Identity {
    identity::identity_of_request()
}

/// A request is answered once: there is nothing to keep current.
pub(crate) fn keep_current(_: UserResource) {}

/// Errors are decoded in the browser; what looks like one here came with the address of a page.
pub(crate) fn session_ended() {}

pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    drop(task);
}

/// Only reached where the engine's page guard is not in place: the page stays empty either way.
pub(crate) fn leave_to(url: &str) {
    answer::see_other(url);
}

pub(crate) fn reload() {}

pub(crate) fn answer<E: ServerFnAnswer>(error: &E) {
    answer::answer_error(error);
}

pub(crate) fn answer_page<E: ServerFnAnswer>(error: &E) {
    answer::answer_page_error(error);
}

pub(crate) fn write_json<T: serde::Serialize>(value: &T) -> Result<String, JsonError> {
    serde_json::to_string(value).map_err(|_| JsonError)
}
