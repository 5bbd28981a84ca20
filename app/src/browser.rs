//! The browser's half of what the pages need from their surroundings; `server::half` is the other.

use crate::forms::Returned;
use leptos::{prelude::*, wasm_bindgen::JsCast as _, web_sys::HtmlElement};

/// Tells tests, and style sheets, that the page is alive: `data-hydrated="1"` on `<html>`.
pub(crate) fn mark_hydrated() {
    if let Some(html) = document().document_element() {
        _ = html.set_attribute("data-hydrated", "1");
    }
}

/// Names the browser's tab.
pub(crate) fn set_title(title: &str) {
    document().set_title(title);
}

/// Moves the focus to the first element that matches, once the page is on the screen.
pub(crate) fn focus(selector: &'static str) {
    request_animation_frame(move || {
        if let Some(element) = find(selector) {
            _ = element.focus();
        }
    });
}

fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

/// Statuses are the server's.
pub(crate) fn set_status(_: u16) {}

/// What a form posted without JavaScript comes back with is found in the page.
pub(crate) fn returned_form() -> Option<Returned> {
    None
}
