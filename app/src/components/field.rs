//! One field of a form: label, input and error.

use crate::{
    error::{Field, InvalidField},
    forms::FormState,
};
use leptos::prelude::*;
use leptos_auth0::{Whole, whole};

/// A labelled input with its error. It keeps its value until the form is submitted successfully.
///
/// - `field`: the field, which determines the name of the input.
/// - `id`: suffix that makes element ids unique on the page.
/// - `label`: the visible label.
/// - `value`: the initial value.
/// - `inputmode`: the on-screen keyboard of mobile devices.
/// - `state`: the form that the field belongs to.
pub(crate) fn text_field(
    field: Field,
    id: String,
    label: &'static str,
    value: String,
    inputmode: &'static str,
    state: FormState,
) -> Whole {
    let reason = move || state.error.with(|error| error.as_ref()?.reason_for(field));
    let sentence = move || reason().map_or("", |reason| InvalidField { field, reason }.sentence());
    let error_id = id.clone() + "-error";
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
                aria-invalid=move || reason().map(|_| "true")
                aria-describedby=error_id.clone()
            />
            <p class="field-error" id=error_id>{sentence}</p>
        </div>
    })
}
