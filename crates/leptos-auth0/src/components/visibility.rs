//! Parts of a page for signed-in users and for anonymous visitors. They do not protect data; guards run on the server.

use crate::provide::use_user;
use leptos::prelude::*;

/// Shows its children while a user is signed in.
#[component]
pub fn SignedIn(
    /// Content for signed-in users.
    children: ChildrenFn,
) -> impl IntoView {
    let user = use_user();
    view! { <Show when=move || user.is_signed_in()>{children()}</Show> }
}

/// Shows its children while no user is signed in. Shows nothing if the session lookup failed.
#[component]
pub fn SignedOut(
    /// Content for anonymous visitors.
    children: ChildrenFn,
) -> impl IntoView {
    let user = use_user();
    view! { <Show when=move || user.is_signed_out()>{children()}</Show> }
}
