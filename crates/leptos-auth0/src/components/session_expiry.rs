//! The notice that the session is about to end, for an app with hydration.

use super::expiry_notice::expiry_notice;
use crate::location::use_path_and_query;
use leptos::prelude::*;

/// Shows a notice before the session ends, with the remaining time and a button *Stay signed in*. If only a new login
/// continues the session, it has a link to the login instead. Place it once, at the start of the page's main content, inside
/// the `<Router>`.
///
/// - The time is read again from the server before the notice appears, which does not extend the session.
/// - The notice disappears in all tabs when the user stays signed in or logs in again in one of them.
/// - It takes the focus, unless the user is typing; screen readers announce it, and the time at 30 and 10 seconds.
/// - At the end, the page stays as it is, with what the user typed: [`Protected`](crate::Protected) shows that the session
///   ended.
///
/// [`use_session_expiry`](crate::use_session_expiry) is for a notice of your own. [`SessionEndTime`](crate::SessionEndTime)
/// is for pages without JavaScript.
#[component]
pub fn SessionExpiry(
    /// Seconds before the end at which the notice appears; 60 by default, at least 20.
    #[prop(default = 60)]
    seconds: u32,
) -> impl IntoView {
    expiry_notice(seconds, use_path_and_query())
}
