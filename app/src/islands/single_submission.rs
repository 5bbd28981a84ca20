//! Shows that a form is being sent, and does not send it twice.

use leptos::{
    ev,
    prelude::*,
    wasm_bindgen::JsCast as _,
    web_sys::{Element, Event},
};

/// Marks a form as busy while its submission is pending, and ignores a second one: a double click does not add a product
/// twice. The forms themselves are sent by the browser, with or without this island.
#[island]
pub(crate) fn SingleSubmission() -> impl IntoView {
    let pending = StoredValue::new_local(None::<Element>);
    let submit = window_event_listener(ev::submit, move |event| {
        if pending.with_value(Option::is_some) {
            event.prevent_default();
        } else if !event.default_prevented()
            && let Some(form) = form_of(&event)
        {
            _ = form.set_attribute("aria-busy", "true");
            pending.set_value(Some(form));
        }
    });
    // The browser restores the page as it was when the user goes back to it.
    let restored = window_event_listener_untyped("pageshow", move |_| {
        if let Some(form) = pending.try_update_value(Option::take).flatten() {
            _ = form.remove_attribute("aria-busy");
        }
    });
    on_cleanup(move || {
        submit.remove();
        restored.remove();
    });
}

fn form_of(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}
