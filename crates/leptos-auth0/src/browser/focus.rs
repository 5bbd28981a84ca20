//! Moves the focus to the notice that the session is about to end, and back.

use crate::session_expiry_signal::SessionExpirySignal;
use leptos::{html::Section, prelude::*, wasm_bindgen::JsCast as _};
use web_sys::{Element, HtmlElement};

/// Elements whose focus is not taken away, because the user may be typing.
const INPUTS: &str = "input, textarea, select, [contenteditable]";

/// Focuses the button of `notice` when it appears, unless the user is typing. Returns the focus when it disappears.
pub(crate) fn manage_focus(notice: NodeRef<Section>, expiry: SessionExpirySignal) {
    let previous = StoredValue::new_local(None::<Element>);
    let is_ending = Memo::new(move |_| expiry.is_ending());
    Effect::new(move |_| {
        let is_ending = is_ending.get();
        // The attribute `hidden` has changed by the next frame.
        request_animation_frame(move || {
            let (Some(notice), Some(active)) = (
                notice.try_get_untracked().flatten(),
                document().active_element(),
            ) else {
                return;
            };
            if is_ending {
                let button = notice.query_selector("button, a").ok().flatten();
                if !active.matches(INPUTS).unwrap_or(true)
                    && let Some(button) = button
                {
                    focus(&button);
                    previous.set_value(Some(active));
                }
            } else if let Some(previous) = previous.try_update_value(Option::take).flatten()
                && (notice.contains(Some(&active)) || active.tag_name() == "BODY")
            {
                focus(&previous);
            }
        });
    });
}

fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        _ = element.focus();
    }
}
