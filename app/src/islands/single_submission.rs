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
    Effect::new(|_| {
        let submit = window_event_listener(ev::submit, |event| {
            if find("form[aria-busy]").is_some() {
                event.prevent_default();
            } else if !event.default_prevented()
                && let Some(form) = form_of(&event)
            {
                _ = form.set_attribute("aria-busy", "true");
            }
        });
        // The browser restores the page as it was when the user goes back to it.
        let restored = window_event_listener_untyped("pageshow", |_| {
            if let Some(form) = find("form[aria-busy]") {
                _ = form.remove_attribute("aria-busy");
            }
        });
        on_cleanup(move || {
            submit.remove();
            restored.remove();
        });
        // This is the last island of the page, so now all of them run. Tests wait for it.
        if let Some(html) = find("html") {
            _ = html.set_attribute("data-hydrated", "1");
        }
    });
}

fn find(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok()?
}

fn form_of(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}
