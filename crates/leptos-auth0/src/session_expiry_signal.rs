//! The time before the end of the session as a signal.

use crate::{session_end::SessionLimit, user_signal::UserSignal};
use leptos::prelude::*;

/// The time before the end of the session: what [`use_session_expiry`](crate::use_session_expiry) returns.
#[derive(Clone, Copy, Debug)]
pub struct SessionExpirySignal {
    pub(crate) user: UserSignal,
    /// Seconds before the end at which the notice is shown.
    #[cfg_attr(feature = "ssr", expect(dead_code, reason = "only the browser waits"))]
    pub(crate) notice: u32,
    pub(crate) left: RwSignal<Option<u32>>,
    pub(crate) failed: RwSignal<bool>,
    /// Sends the request that extends the session.
    pub(crate) extend: fn(Self),
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
        (self.extend)(self);
    }
}
