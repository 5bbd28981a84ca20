//! The browser implementation of platform functions; `half::server` is its counterpart.

use leptos::{
    prelude::*,
    wasm_bindgen::JsCast as _,
    web_sys::{HtmlElement, js_sys::Math},
};

/// Sets `data-hydrated="1"` on `<html>`, for tests and style sheets.
pub(crate) fn mark_hydrated() {
    if let Some(html) = document().document_element() {
        _ = html.set_attribute("data-hydrated", "1");
    }
}

/// Sets the title of the document.
pub(crate) fn set_title(title: &str) {
    document().set_title(title);
}

/// Moves the focus to the first element that matches `selector`, after the page is rendered.
pub(crate) fn focus(selector: &str) {
    let selector = selector.to_owned();
    request_animation_frame(move || {
        if let Some(element) = find(&selector) {
            _ = element.focus();
        }
    });
}

fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

/// Writes `text` to the page's status line.
pub(crate) fn announce(text: &str) {
    if let Some(line) = find("#done") {
        line.set_text_content(Some(text));
    }
}

/// Does nothing, because only the server sets statuses.
pub(crate) fn set_status(_: u16) {}

/// Returns random digits that make the idempotency keys of one user unique. They are not secret.
pub(crate) fn random_digits() -> String {
    Math::random().to_bits().to_string()
}
