//! The current user in an app with islands.

use crate::{
    auth_snapshot::AuthSnapshot,
    components::{ended_notice, expiry_notice},
    platform,
    provide::provide,
};
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

/// Shows a notice before the session ends, with the remaining time and a button *Stay signed in*. If only a new login
/// continues the session, it has a link to the login instead. Place it once, at the start of the page's main content.
///
/// - The time is read again from the server before the notice appears, which does not extend the session.
/// - The notice disappears in all tabs when the user stays signed in or logs in again in one of them.
/// - It takes the focus, unless the user is typing; screen readers announce it, and the time at 30 and 10 seconds.
/// - At the end, the page stays as it is, with what the user typed: [`SessionNotice`] shows that the session ended.
///
/// [`use_session_expiry`](crate::use_session_expiry) is for a notice of your own. [`SessionEndTime`](crate::SessionEndTime)
/// is for pages without JavaScript.
#[component]
pub fn SessionExpiry(
    /// Seconds before the end at which the notice appears; 60 by default, at least 20.
    #[prop(default = 60)]
    seconds: u32,
) -> impl IntoView {
    view! { <SessionExpiryIsland seconds/> }
}

#[island]
fn SessionExpiryIsland(seconds: u32) -> impl IntoView {
    // An island has no router.
    expiry_notice(seconds, platform::path_and_query)
}
