//! The end of the session as text, for pages without JavaScript.

use crate::{platform, provide::use_user};
use leptos::prelude::*;

/// Says when the session ends, in a `<noscript>` element: a browser with JavaScript shows [`SessionExpiry`] in time
/// instead. Place it once in each page for signed-in users, for example in the footer. It is empty for anonymous visitors.
///
/// [`SessionExpiry`]: crate::SessionExpiry
#[component]
pub fn SessionEndTime() -> impl IntoView {
    // A browser with JavaScript parses the content as text, so it cannot be hydrated as elements.
    view! { <noscript inner_html=platform::session_end_html(use_user())></noscript> }
}
