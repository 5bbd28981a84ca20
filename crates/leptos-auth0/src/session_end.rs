//! When the session ends, as the server tells pages.

use serde::{Deserialize, Serialize};

/// The response header with the end of the session: `axum_auth0::SESSION_EXPIRES_HEADER`.
#[cfg(any(test, not(feature = "ssr")))]
pub(crate) const SESSION_EXPIRES_HEADER: &str = "auth0-session-expires-in";

/// The end of the session, and the limit that ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionEnd {
    /// The end, in seconds since 1970: by the clock of the server on the server, and by that of the browser in the browser.
    pub at: i64,
    /// The limit.
    pub limit: SessionLimit,
}

/// The limit that ends a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SessionLimit {
    /// The session is not used: `AUTH0_SESSION_INACTIVITY_DURATION`. Every use moves the end.
    Inactivity,
    /// The time since the login: `AUTH0_SESSION_ABSOLUTE_DURATION`. Only a new login moves the end.
    Absolute,
    /// The provider ends the session. Only a new login there moves the end.
    Provider,
}

impl SessionLimit {
    /// Returns whether the user can stay signed in without a new login.
    #[must_use]
    pub fn is_extendable(self) -> bool {
        self == Self::Inactivity
    }
}

/// The end of the session in a response: the remaining time does not depend on the clock of the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RemainingSession {
    /// In seconds since 1970, by the clock of the server. The browser has its own.
    #[serde(skip)]
    pub(crate) at: i64,
    /// In seconds.
    pub(crate) left: u32,
    pub(crate) limit: SessionLimit,
}

impl RemainingSession {
    /// Returns the end by the clock of the server, or of the browser.
    pub(crate) fn end(self) -> SessionEnd {
        #[cfg(feature = "ssr")]
        let at = self.at;
        #[cfg(not(feature = "ssr"))]
        let at = now() + i64::from(self.left);
        SessionEnd {
            at,
            limit: self.limit,
        }
    }

    /// Parses the value of [`SESSION_EXPIRES_HEADER`], such as `3540;limit=inactivity`. It does not contain `at`.
    #[cfg(any(test, not(feature = "ssr")))]
    pub(crate) fn from_header(value: &str) -> Option<Self> {
        let (left, limit) = value.split_once(";limit=")?;
        let limit = match limit {
            "inactivity" => SessionLimit::Inactivity,
            "absolute" => SessionLimit::Absolute,
            _ => SessionLimit::Provider,
        };
        Some(Self {
            at: 0,
            left: left.parse().ok()?,
            limit,
        })
    }
}

/// Returns the time of the browser, in seconds since 1970.
#[cfg(not(feature = "ssr"))]
#[expect(clippy::cast_possible_truncation, reason = "seconds since 1970 fit")]
pub(crate) fn now() -> i64 {
    (leptos::web_sys::js_sys::Date::now() / 1_000.0) as i64
}

#[cfg(test)]
mod tests {
    use super::{RemainingSession, SessionLimit};

    #[test]
    fn the_header_of_the_engine_is_read() {
        for (value, expected) in [
            (
                "3540;limit=inactivity",
                Some((3_540, SessionLimit::Inactivity)),
            ),
            ("0;limit=absolute", Some((0, SessionLimit::Absolute))),
            ("9;limit=provider", Some((9, SessionLimit::Provider))),
            ("", None),
            ("soon", None),
            ("-1;limit=absolute", None),
        ] {
            let read = RemainingSession::from_header(value);
            assert_eq!(read.map(|end| (end.left, end.limit)), expected, "{value}");
        }
    }
}
