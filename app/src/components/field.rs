//! One field of a form: label, input, and what is wrong with it.

use super::FormState;
use crate::{Field, InvalidField};
use leptos::prelude::*;
use leptos_auth0::{Whole, whole};

/// A labelled input that says what is wrong with it. What is typed into it stays there until it is sent well.
///
/// - `field`: which field; gives the input its name.
/// - `id`: makes the ids on the page unique.
/// - `label`: the visible label.
/// - `value`: what the input holds at first.
/// - `inputmode`: which keyboard a phone shows.
/// - `state`: the form that it belongs to.
pub(crate) fn text_field(
    field: Field,
    id: String,
    label: &'static str,
    value: String,
    inputmode: &'static str,
    state: FormState,
) -> Whole {
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
