//! The server implementation of the forms; `forms::browser` is its counterpart.

use super::{
    typed_form,
    types::{Done, FormState, Returned},
};
use leptos::web_sys::SubmitEvent;

/// Returns the form that failed without JavaScript.
pub(super) fn returned_form() -> Returned {
    typed_form::take().unwrap_or_default()
}

/// Does nothing: no form is submitted while a page is rendered.
pub(crate) fn submit(_: &SubmitEvent, _: FormState, _: Done) {}
