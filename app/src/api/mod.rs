//! Server functions, one file per resource. Each one starts with a guard.

pub mod orders;
pub mod products;
pub mod sessions;

/// The page that the forms of this module return to. `done` is the code of the message that it shows.
#[cfg(feature = "ssr")]
fn redirect_to_products(done: &str) {
    let page = leptos_auth0::site_path("/products");
    leptos_axum::redirect(&format!("{page}?done={done}"));
}
