//! A view for paths that only the server handles.

use crate::{location::path_and_query_untracked, platform};
use leptos::prelude::*;

/// Loads the current path from the server, instead of rendering a view in the app.
///
/// A link without `rel="external"` or a redirect of a server function can lead to a path such as `/auth/login` inside
/// the app, which has no view for it. Render this component there: in the app's fallback view, or as the view of a
/// route that the server excludes from its list of routes. It does nothing in a page that the server itself rendered.
#[component]
pub fn ServerNavigation() -> impl IntoView {
    let from_server = Owner::current_shared_context()
        .is_some_and(|page| page.during_hydration() || !page.is_browser());
    if !from_server {
        platform::leave_to(&path_and_query_untracked());
    }
}
