//! One field of a form: label, input, and what is wrong with it.

use crate::{Field, FieldFault, InvalidField};
use leptos::prelude::*;

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
    /// What is wrong with it, if anything is.
    fault: Signal<Option<FieldFault>>,
) -> impl IntoView {
    let fault_id = id.clone() + "-fault";
    let described_by = {
        let fault_id = fault_id.clone();
        move || fault.get().map(|_| fault_id.clone())
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                name=field.name()
                type="text"
                inputmode=inputmode
                autocomplete="off"
                required
                value=value
                aria-invalid=move || fault.get().map(|_| "true")
                aria-describedby=described_by
            />
            {move || {
                let fault_id = fault_id.clone();
                fault
                    .get()
                    .map(|fault| {
                        let sentence = InvalidField { field, fault }.sentence();
                        view! { <p class="field-fault" id=fault_id>{sentence}</p> }
                    })
            }}
        </div>
    }
    .into_any()
}
