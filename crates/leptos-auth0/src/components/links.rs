//! The way in and the way out. Both are plain HTML: they work before the WASM has loaded, and without it.

use crate::login_url::{LOGOUT_PATH, login_url, use_here};
use leptos::prelude::*;

/// A link that logs in and comes back.
///
/// `rel="external"` keeps the router's hands off it: the address is a route of the server.
#[component]
pub fn LoginLink(
    /// Path and query to come back to; the page shown, if not given.
    #[prop(optional, into)]
    return_to: Option<String>,
    /// Classes of the link.
    #[prop(optional, into)]
    class: Option<&'static str>,
    /// What the link says; "Log in", if not given.
    #[prop(optional, into)]
    label: Option<&'static str>,
) -> impl IntoView {
    let here = use_here();
    let href = move || match &return_to {
        Some(return_to) => login_url(return_to),
        None => login_url(&here()),
    };
    view! { <a rel="external" class=class href=href>{label.unwrap_or("Log in")}</a> }
}

/// A button that logs out: a plain form, posted to the server.
#[component]
pub fn LogoutButton(
    /// Classes of the button.
    #[prop(optional, into)]
    class: Option<&'static str>,
    /// What the button says; "Log out", if not given.
    #[prop(optional, into)]
    label: Option<&'static str>,
) -> impl IntoView {
    view! {
        <form method="post" action=LOGOUT_PATH>
            <button type="submit" class=class>{label.unwrap_or("Log out")}</button>
        </form>
    }
}
