//! Links to the engine's login and logout. Both are plain HTML and work without WASM.

use crate::{location::use_path_and_query, provide::use_auth_routes};
use leptos::prelude::*;

/// A link that logs in and then returns to the page.
///
/// `rel="external"` makes the router ignore it, because the path is a route of the server.
#[component]
pub fn LoginLink(
    /// Path and query to return to; the current page by default.
    #[prop(optional, into)]
    return_to: Option<String>,
    /// CSS classes of the link.
    #[prop(optional, into)]
    class: Option<&'static str>,
    /// Text of the link; "Log in" by default.
    #[prop(optional, into)]
    label: Option<&'static str>,
) -> impl IntoView {
    let routes = use_auth_routes();
    let path_and_query = use_path_and_query();
    let href = move || match &return_to {
        Some(return_to) => routes.login_url(return_to),
        None => routes.login_url(&path_and_query()),
    };
    view! { <a rel="external" class=class href=href>{label.unwrap_or("Log in")}</a> }
}

/// A button that logs out, as a plain form that the browser posts to the server.
#[component]
pub fn LogoutButton(
    /// CSS classes of the button.
    #[prop(optional, into)]
    class: Option<&'static str>,
    /// Text of the button; "Log out" by default.
    #[prop(optional, into)]
    label: Option<&'static str>,
) -> impl IntoView {
    view! {
        <form method="post" action=use_auth_routes().logout>
            <button type="submit" class=class>{label.unwrap_or("Log out")}</button>
        </form>
    }
}
