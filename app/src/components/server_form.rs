//! Forms of server functions.
//!
//! Like `leptos::form::ActionForm`, in a twentieth of its code: what the person typed goes to the server as the form
//! has it, instead of through a Rust type for each function. For this site that halves what the products page weighs.

use crate::{AppError, half};
use leptos::{prelude::*, web_sys::SubmitEvent};
use leptos_auth0::{PageUserField, Whole};
use std::sync::Arc;

/// Where a form, or several that belong together, stands.
#[derive(Clone, Copy)]
pub(crate) struct FormState {
    /// Whether it is on its way.
    pub(crate) pending: RwSignal<bool>,
    /// Why the last attempt failed, if it did.
    pub(crate) error: RwSignal<Option<AppError>>,
}

impl FormState {
    /// A form that has not been sent from this page; `error` is why it failed before, without JavaScript.
    pub(crate) fn new(error: Option<AppError>) -> Self {
        Self {
            pending: RwSignal::new(false),
            error: RwSignal::new(error),
        }
    }

    /// For `aria-busy`.
    pub(crate) fn busy(self) -> Option<&'static str> {
        self.pending.get().then_some("true")
    }
}

/// What to do when a form was sent well; gets what was typed as `name`.
pub(crate) type Done = Arc<dyn Fn(String) + Send + Sync>;

/// A form of the server function at `action`, with these `fields`. Without JavaScript the browser posts it and follows
/// the redirect; with it, the page stays, `state` says how it goes, and `done` follows when it was sent well.
pub(crate) fn server_form(
    action: &'static str,
    state: FormState,
    done: Done,
    fields: Whole,
) -> impl IntoView {
    let submit = move |event: SubmitEvent| half::submit(&event, state, Arc::clone(&done));
    view! {
        <form method="post" action=action on:submit=submit>
            <PageUserField/>
            {fields}
        </form>
    }
}
