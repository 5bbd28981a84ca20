//! What a development build has beside the site; `release` is the other stage.

use crate::paths;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The addresses that only signed-in people may open, for the server's guard.
pub const GUARDED_PATHS: &[&str] = &[paths::PROFILE, paths::PRODUCTS, paths::TOKENS];

/// The way to the page that draws the tokens. It is the server's: the router must not take the click.
pub(crate) fn nav_link() -> impl IntoView {
    let path = use_location().pathname;
    let current = move || path.with(|path| path == paths::TOKENS).then_some("page");
    view! { <a rel="external" href=paths::TOKENS aria-current=current>"Tokens"</a> }
}
