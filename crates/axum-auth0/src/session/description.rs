//! The description of a session, for its user.

use std::time::Duration;

use super::device::Device;

/// A session of a user, as a list of signed-in devices shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionDescription {
    pub(super) id: String,
    pub(super) created_at: i64,
    pub(super) last_seen_at: i64,
    /// Time of the description, in seconds since 1970.
    pub(super) now: i64,
    pub(super) device: Device,
    pub(super) is_current: bool,
}

impl SessionDescription {
    /// Returns the identifier for [`SignedInUser::revoke_session`](crate::SignedInUser::revoke_session). It is not the
    /// cookie, and grants no access.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the time of the login, in seconds since 1970.
    pub fn created_at(&self) -> i64 {
        self.created_at
    }

    /// Returns the time of the last use, in seconds since 1970, exact to a minute.
    pub fn last_seen_at(&self) -> i64 {
        self.last_seen_at
    }

    /// Returns the time since the last use, exact to a minute.
    pub fn idle_for(&self) -> Duration {
        Duration::from_secs(u64::try_from(self.now - self.last_seen_at).unwrap_or_default())
    }

    /// Returns the browser that logged in, such as `Firefox`; `None` if it is unknown.
    pub fn browser(&self) -> Option<&'static str> {
        self.device.browser
    }

    /// Returns the operating system or device, such as `Windows` or `iPhone`; `None` if it is unknown.
    pub fn system(&self) -> Option<&'static str> {
        self.device.system
    }

    /// Returns whether it is the session of the request.
    pub fn is_current(&self) -> bool {
        self.is_current
    }
}
