//! The time before the end of the session, for a notice.

use crate::{platform, provide::use_user, session_expiry_signal::SessionExpirySignal};
use leptos::prelude::*;
use std::time::Duration;

/// Minimum time between the notice and the end, in seconds: users need time to react (WCAG 2.2, success criterion 2.2.1).
const MIN_NOTICE: u32 = 20;

/// Watches for the end of the session, for a notice of your own. [`SessionExpiry`](crate::SessionExpiry) is a complete
/// one.
///
/// The session counts as about to end `notice` before its end, and at least 20 seconds before. The time is read again from
/// the server first, because another tab may have used the session; that does not extend it. In the last seconds the user
/// can call [`SessionExpirySignal::stay_signed_in`] if the limit [is extendable](SessionExpirySignal::is_extendable).
///
/// ```
/// # use leptos::prelude::*;
/// # use leptos_auth0::use_session_expiry;
/// #[component]
/// fn Countdown() -> impl IntoView {
///     let expiry = use_session_expiry(std::time::Duration::from_secs(120));
///     view! {
///         <Show when=move || expiry.is_ending()>
///             <p>"You will be signed out in " {move || expiry.seconds_left()} " seconds."</p>
///             <Show when=move || expiry.is_extendable()>
///                 <button on:click=move |_| expiry.stay_signed_in()>"Stay signed in"</button>
///             </Show>
///         </Show>
///     }
/// }
/// ```
///
/// # Panics
/// If no ancestor component called [`provide_auth`](crate::provide_auth) or is an `AuthProvider`.
#[must_use]
pub fn use_session_expiry(notice: Duration) -> SessionExpirySignal {
    let notice = u32::try_from(notice.as_secs()).unwrap_or(u32::MAX);
    let expiry = SessionExpirySignal {
        user: use_user(),
        notice: notice.max(MIN_NOTICE),
        left: RwSignal::new(None),
        failed: RwSignal::new(false),
        extend: platform::extend_session,
    };
    platform::watch_session_expiry(expiry);
    expiry
}
