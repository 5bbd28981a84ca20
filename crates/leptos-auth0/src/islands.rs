//! The current user in an app with islands.

use crate::{auth_snapshot::AuthSnapshot, components::ended_notice, platform, provide::provide};
use leptos::prelude::*;

/// Provides the value of [`use_user`](crate::use_user) to an app with islands: to its components on the server, and to
/// its islands in the browser. Wrap the root component's view in it.
///
/// ```
/// # use leptos::prelude::*;
/// # use leptos_auth0::{AuthProvider, SessionNotice};
/// # #[component] fn Pages() -> impl IntoView {}
/// #[component]
/// fn App() -> impl IntoView {
///     view! {
///         <AuthProvider>
///             <SessionNotice/>
///             <Pages/>
///         </AuthProvider>
///     }
/// }
/// ```
///
/// In the browser it watches the session, like [`provide_auth`](crate::provide_auth): a change of the user loads the
/// page again, because the server renders it. A session that ends shows a [`SessionNotice`] and keeps the page.
#[component]
pub fn AuthProvider(
    /// The app.
    children: Children,
) -> impl IntoView {
    view! { <AuthIsland snapshot=platform::snapshot()>{children()}</AuthIsland> }
}

#[island]
fn AuthIsland(snapshot: AuthSnapshot, children: Children) -> impl IntoView {
    provide(snapshot, platform::compare_user);
    children()
}

/// Shows that the session ended while the page was open, with a login link that does not leave the page. Place it at
/// the start of the page's main content.
#[island]
pub fn SessionNotice() -> impl IntoView {
    // An island has no router.
    ended_notice(platform::path_and_query)
}
