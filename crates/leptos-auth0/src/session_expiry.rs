//! The time before the end of the session, for a notice.

use crate::{platform, provide::use_user, session_end::SessionLimit, user_signal::UserSignal};
use leptos::prelude::*;
use std::time::Duration;

/// Minimum time between the notice and the end, in seconds: users need time to react (WCAG 2.2, success criterion 2.2.1).
const MIN_NOTICE: u32 = 20;

/// The time before the end of the session: what [`use_session_expiry`] returns.
#[derive(Clone, Copy, Debug)]
pub struct SessionExpirySignal {
    pub(crate) user: UserSignal,
    /// Seconds before the end at which the notice is shown.
    #[cfg_attr(feature = "ssr", expect(dead_code, reason = "only the browser waits"))]
    pub(crate) notice: u32,
    pub(crate) left: RwSignal<Option<u32>>,
    pub(crate) failed: RwSignal<bool>,
}

impl SessionExpirySignal {
    /// Returns the remaining seconds if the session is about to end, and `None` otherwise. The value changes each second.
    #[must_use]
    pub fn seconds_left(self) -> Option<u32> {
        self.left.get()
    }

    /// Returns whether the session is about to end.
    #[must_use]
    pub fn is_ending(self) -> bool {
        self.left.with(Option::is_some)
    }

    /// Returns the limit that ends the session. `None` if no user is signed in.
    #[must_use]
    pub fn limit(self) -> Option<SessionLimit> {
        self.user.session_end().map(|end| end.limit)
    }

    /// Returns whether [`Self::stay_signed_in`] has an effect. If not, only a new login continues the session.
    #[must_use]
    pub fn is_extendable(self) -> bool {
        self.limit().is_some_and(SessionLimit::is_extendable)
    }

    /// Returns whether the last [`Self::stay_signed_in`] failed, because the server could not be reached.
    #[must_use]
    pub fn has_failed(self) -> bool {
        self.failed.get()
    }

    /// Extends the session by a request that counts as use. Then the session is not about to end any more, in all tabs.
    pub fn stay_signed_in(self) {
        platform::extend_session(self);
    }
}

/// Watches for the end of the session, for a notice of one's own. [`SessionExpiry`](crate::SessionExpiry) is a complete
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
    };
    platform::watch_session_expiry(expiry);
    expiry
}
