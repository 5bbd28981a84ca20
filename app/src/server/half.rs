//! The server's half of what the pages need from their surroundings; `browser` is the other.

use super::typed_form;
use crate::{
    components::{Done, FormState},
    forms::Returned,
};
use leptos::web_sys::SubmitEvent;

/// Nothing hydrates here.
pub(crate) fn mark_hydrated() {}

/// `shell` names the page.
pub(crate) fn set_title(_: &str) {}

/// There is nobody to focus anything.
pub(crate) fn focus(_: &str) {}

/// Nothing is done while a page is rendered.
pub(crate) fn announce(_: &str) {}

/// Gives the page its status.
pub(crate) fn set_status(status: u16) {
    leptos_auth0::server::set_status(status);
}

/// What a form posted without JavaScript comes back with.
pub(crate) fn returned_form() -> Returned {
    typed_form::take().unwrap_or_default()
}

/// Nothing is submitted while a page is rendered.
pub(crate) fn submit(_: &SubmitEvent, _: FormState, _: Done) {}
