//! A stand-in for pages that only the server has.

use crate::{half, login_url::here_untracked};
use leptos::prelude::*;

/// Loads the address from the server, instead of showing something in the app.
///
/// A link without `rel="external"`, or a server function's redirect, reaches a path such as `/auth/login` inside of the
/// app, which has no page for it. Show this there: in the app's page for unknown addresses, or as the view of a route
/// that the server leaves out of its list of pages. Where the server itself sent this page, it does nothing.
#[component]
pub fn HardNavigation() -> impl IntoView {
    let from_server = Owner::current_shared_context()
        .is_some_and(|page| page.during_hydration() || !page.is_browser());
    if !from_server {
        half::leave_to(&here_untracked());
    }
}
