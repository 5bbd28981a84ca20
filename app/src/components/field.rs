//! One field of a form: label, input and error.

use crate::error::AppError;
use leptos::prelude::*;

/// A labelled input. If the server rejected its value, it has the focus, and the reason below it.
#[component]
pub(crate) fn TextField<'e>(
    /// The name of the field in the form.
    name: &'static str,
    /// The element's id.
    #[prop(into)]
    id: String,
    /// The visible label.
    label: &'static str,
    /// The initial value.
    value: Option<String>,
    /// The on-screen keyboard of mobile devices.
    #[prop(default = "text")]
    inputmode: &'static str,
    /// The error of the form.
    error: Option<&'e AppError>,
) -> impl IntoView + use<> {
    let sentence = error.and_then(|error| error.sentence_for(name));
    let error_id = format!("{id}-error");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                name=name
                inputmode=inputmode
                autocomplete="off"
                required
                value=value
                aria-invalid=sentence.map(|_| "true")
                aria-describedby=error_id.clone()
                autofocus=sentence.is_some()
            />
            <p class="field-error" id=error_id>{sentence}</p>
        </div>
    }
}
