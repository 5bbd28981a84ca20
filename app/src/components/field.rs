//! One field of a form: label, input, and what is wrong with it.

use super::FormState;
use crate::{Field, InvalidField};
use leptos::prelude::*;
use leptos_auth0::whole;

/// A labelled input that says what is wrong with it. What is typed into it stays there until it is sent well.
#[component]
pub(crate) fn TextField(
    /// Which field; gives the input its name.
    field: Field,
    /// Makes the ids on the page unique.
    id: String,
    /// The visible label.
    label: &'static str,
    /// What the input holds at first.
    value: String,
    /// Which keyboard a phone shows.
    #[prop(default = "text")]
    inputmode: &'static str,
    /// The form that it belongs to.
    state: FormState,
) -> impl IntoView {
    let fault = move || state.error.with(|error| error.as_ref()?.fault_of(field));
    let sentence = move || fault().map_or("", |fault| InvalidField { field, fault }.sentence());
    let fault_id = id.clone() + "-fault";
    whole(view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                name=field.name()
                inputmode=inputmode
                autocomplete="off"
                required
                value=value
                aria-invalid=move || fault().map(|_| "true")
                aria-describedby=fault_id.clone()
            />
            <p class="field-fault" id=fault_id>{sentence}</p>
        </div>
    })
}
