//! The WASM entry point.

use leptos::mount::hydrate_body;

/// Takes over the page that the server rendered.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    hydrate_body(app::App);
}
