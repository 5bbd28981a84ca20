//! When a session ends, and which limit ends it.

use std::time::Duration;

use http::HeaderValue;

use crate::{config::SessionLifetime, store::LoginState};

/// Response header with the remaining time of the session and the limit that ends it, such as `3540;limit=inactivity`.
/// Every response to a signed-in user has it, unless caches may store the response.
pub const SESSION_EXPIRES_HEADER: &str = "auth0-session-expires-in";

/// The limit that ends a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionLimit {
    /// `AUTH0_SESSION_INACTIVITY_DURATION`: every request that counts as use moves the end.
    Inactivity,
    /// `AUTH0_SESSION_ABSOLUTE_DURATION` after the login. Only a new login moves the end.
    Absolute,
    /// The claim `session_expiry` of the ID token. Only a new login at the provider moves the end.
    Provider,
}

impl SessionLimit {
    /// Returns `inactivity`, `absolute` or `provider`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inactivity => "inactivity",
            Self::Absolute => "absolute",
            Self::Provider => "provider",
        }
    }
}

/// The end of a session, as the request found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionExpiry {
    expires_at: i64,
    now: i64,
    limit: SessionLimit,
    /// The end that the provider sets, in seconds since 1970.
    pub(super) provider_end: Option<i64>,
}

impl SessionExpiry {
    /// Returns when the session ends if no further request uses it, in seconds since 1970.
    pub fn expires_at(self) -> i64 {
        self.expires_at
    }

    /// Returns the time from the request to the end.
    pub fn expires_in(self) -> Duration {
        Duration::from_secs(u64::try_from(self.expires_at - self.now).unwrap_or_default())
    }

    /// Returns the limit that ends the session.
    pub fn limit(self) -> SessionLimit {
        self.limit
    }

    /// Returns the value of [`SESSION_EXPIRES_HEADER`].
    pub(crate) fn header_value(self) -> Option<HeaderValue> {
        let seconds = self.expires_in().as_secs();
        let limit = self.limit.as_str();
        HeaderValue::from_str(&format!("{seconds};limit={limit}")).ok()
    }
}

/// The times of a session that its end follows from, in seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionTimes {
    pub(crate) created_at: i64,
    pub(crate) last_seen_at: i64,
    /// The absolute end that was stored at login.
    pub(crate) expires_at: i64,
    /// The end that the provider sets.
    pub(crate) provider_end: Option<i64>,
}

impl SessionTimes {
    /// Returns the times of a session whose login is in the store with `state`.
    pub(crate) fn new(created_at: i64, state: LoginState, provider_end: Option<i64>) -> Self {
        Self {
            created_at,
            last_seen_at: state.last_seen_at,
            expires_at: state.expires_at,
            provider_end,
        }
    }

    /// Returns the end of the session with the configured `lifetime`. A shorter limit also applies to older sessions.
    pub(crate) fn expiry(self, lifetime: SessionLifetime, now: i64) -> SessionExpiry {
        let absolute = self.created_at.saturating_add(lifetime.absolute_seconds());
        let absolute = absolute.min(self.expires_at);
        let inactivity = self
            .last_seen_at
            .saturating_add(lifetime.inactivity_seconds());
        let (last, limit) = match self.provider_end {
            Some(end) if end <= absolute => (end, SessionLimit::Provider),
            _ => (absolute, SessionLimit::Absolute),
        };
        let (expires_at, limit) = if inactivity < last {
            (inactivity, SessionLimit::Inactivity)
        } else {
            (last, limit)
        };
        SessionExpiry {
            expires_at,
            now,
            limit,
            provider_end: self.provider_end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFETIME: SessionLifetime = SessionLifetime {
        inactivity: Duration::from_secs(100),
        absolute: Duration::from_secs(1_000),
    };

    fn end(last_seen_at: i64, expires_at: i64, provider_end: Option<i64>) -> (i64, &'static str) {
        let times = SessionTimes {
            created_at: 0,
            last_seen_at,
            expires_at,
            provider_end,
        };
        let expiry = times.expiry(LIFETIME, 0);
        (expiry.expires_at(), expiry.limit().as_str())
    }

    #[test]
    fn the_earliest_limit_ends_the_session() {
        assert_eq!(end(0, 1_000, None), (100, "inactivity"));
        assert_eq!(end(899, 1_000, None), (999, "inactivity"));
        assert_eq!(end(900, 1_000, None), (1_000, "absolute"));
        assert_eq!(end(900, 950, Some(950)), (950, "provider"));
        assert_eq!(end(0, 950, Some(950)), (100, "inactivity"));
    }

    #[test]
    fn a_shorter_configured_limit_applies_to_older_sessions() {
        assert_eq!(end(950, 5_000, None), (1_000, "absolute"));
        assert_eq!(end(950, 5_000, Some(5_000)), (1_000, "absolute"));
    }

    #[test]
    fn a_longer_configured_limit_does_not_extend_older_sessions() {
        assert_eq!(end(450, 500, None), (500, "absolute"));
    }

    #[test]
    fn an_ended_session_has_no_time_left() {
        let times = SessionTimes {
            created_at: 0,
            last_seen_at: 0,
            expires_at: 1_000,
            provider_end: None,
        };
        let expiry = times.expiry(LIFETIME, 101);
        assert_eq!(expiry.expires_in(), Duration::ZERO);
    }
}
