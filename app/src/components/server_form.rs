//! Forms of server functions.
//!
//! Like `leptos::form::ActionForm`, in a twentieth of its code: the input goes to the server as the form has it, instead
//! of through a Rust type for each function. This halves the weight of the products page.

use crate::forms::{Done, FormState, submit};
use leptos::{prelude::*, web_sys::SubmitEvent};
use leptos_auth0::{PageUserField, Whole};
use std::sync::Arc;

/// A form of the server function at `action`, with these `fields`. Without JavaScript the browser posts it and follows
/// the redirect. With JavaScript the page stays, `state` follows the submission, and `done` is called on success.
pub(crate) fn server_form(
    action: &'static str,
    state: FormState,
    done: Done,
    fields: Whole,
) -> impl IntoView {
    let submit = move |event: SubmitEvent| submit(&event, state, Arc::clone(&done));
    view! {
        <form method="post" action=action on:submit=submit>
            <PageUserField/>
            {fields}
        </form>
    }
}
