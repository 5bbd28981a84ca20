//! Parts that only a development build contains; `release` is its counterpart.

use crate::paths;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The paths that the server's guard protects: those of the site, and the Tokens page.
pub const GUARDED_PATHS: &[&str] = &with_tokens();

const fn with_tokens() -> [&'static str; paths::PROTECTED_PATHS.len() + 1] {
    let mut all = [paths::TOKENS; paths::PROTECTED_PATHS.len() + 1];
    let (of_the_site, _) = all.split_at_mut(paths::PROTECTED_PATHS.len());
    of_the_site.copy_from_slice(paths::PROTECTED_PATHS);
    all
}

/// Returns the link to the Tokens page. It is a route of the server, so the router must not handle the click.
pub(crate) fn nav_link() -> impl IntoView {
    let path = use_location().pathname;
    let current = move || path.with(|path| path == paths::TOKENS).then_some("page");
    view! { <a rel="external" href=paths::TOKENS aria-current=current>"Tokens"</a> }
}
