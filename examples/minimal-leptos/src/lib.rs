//! A Leptos site with login. `examples/README.md` says how to run it.

pub mod app;
mod app_router;
#[cfg(feature = "ssr")]
pub mod app_router_api;

/// The entry point in the browser.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
