//! Which requests count as use of a session, and so extend it up to the inactivity timeout.

use axum::extract::Request;
use http::Method;

use crate::{config::Routes, request::RequestKind};

/// Request header of calls that a page makes without an action of the user, such as polling. They do not count as use of
/// the session. The value is ignored.
pub const BACKGROUND_HEADER: &str = "auth0-background";

/// Minimum interval between writes of the time of last use, in seconds.
const LAST_SEEN_INTERVAL: i64 = 60;

/// How a request uses the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SessionUse {
    /// The request moves the end of the session, written at most once a minute.
    Use,
    /// The user asked to stay signed in: written at once.
    Extension,
    /// The page asks when the session ends. The request does not move the end, and reads it from the store, because another
    /// replica may have moved it.
    Status,
    /// The request does not move the end: the page asks whether the session still exists, or a background call.
    None,
    /// The request ends the session itself.
    Logout,
}

impl SessionUse {
    pub(super) fn of(request: &Request, routes: &Routes) -> Self {
        let path = request.uri().path();
        let is = |route: &str| path == routes.local(route);
        if is(routes.logout_path()) {
            return Self::Logout;
        }
        let is_background = request.headers().contains_key(BACKGROUND_HEADER);
        if is(routes.session_path()) {
            let is_extension = request.method() == Method::POST && !is_background;
            return if is_extension {
                Self::Extension
            } else {
                Self::Status
            };
        }
        if is_background {
            return Self::None;
        }
        let is_question = is(routes.user_path()) || is(routes.profile_path());
        let kind = RequestKind::of(request.method(), request.headers());
        if is_question || kind == RequestKind::Speculative {
            return Self::None;
        }
        Self::Use
    }

    /// Returns whether the request writes the time of last use, if the session was last used `idle` seconds ago.
    pub(super) fn is_written(self, idle: i64) -> bool {
        match self {
            Self::Use => idle >= LAST_SEEN_INTERVAL,
            Self::Extension => idle > 0,
            Self::None | Self::Status | Self::Logout => false,
        }
    }

    /// Returns whether the request may use a session that was last used `idle` seconds ago without reading the store. The
    /// time of the last use is not reported by other replicas, so it is read again when it would be written.
    pub(super) fn may_use_cache(self, idle: i64) -> bool {
        matches!(self, Self::Use | Self::None) && (0..LAST_SEEN_INTERVAL).contains(&idle)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::body::Body;

    use super::*;

    fn use_of(method: &Method, path: &str, headers: &[(&str, &str)]) -> SessionUse {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        SessionUse::of(&request, &Routes::default())
    }

    #[test]
    fn pages_and_calls_are_use() {
        for (method, path) in [
            (Method::GET, "/products"),
            (Method::GET, "/api/products"),
            (Method::POST, "/api/products"),
            (Method::GET, "/auth/access-token"),
        ] {
            assert_eq!(use_of(&method, path, &[]), SessionUse::Use, "{path}");
        }
    }

    #[test]
    fn questions_about_the_session_and_background_calls_are_no_use() {
        for path in ["/auth/profile", "/auth/user"] {
            assert_eq!(use_of(&Method::GET, path, &[]), SessionUse::None, "{path}");
        }
        let background = [(BACKGROUND_HEADER, "1")];
        for (method, headers) in [(Method::GET, &[][..]), (Method::POST, &background)] {
            let found = use_of(&method, "/auth/session", headers);
            assert_eq!(found, SessionUse::Status, "{method}");
        }
        for header in [(BACKGROUND_HEADER, "1"), ("sec-purpose", "prefetch")] {
            let found = use_of(&Method::GET, "/products", &[header]);
            assert_eq!(found, SessionUse::None, "{header:?}");
        }
    }

    #[test]
    fn staying_signed_in_is_written_at_once() {
        let found = use_of(&Method::POST, "/auth/session", &[]);
        assert_eq!(found, SessionUse::Extension);
        assert!(found.is_written(1));
        assert!(!SessionUse::Use.is_written(59));
        assert!(SessionUse::Use.is_written(60));
    }

    #[test]
    fn a_request_that_writes_or_asks_for_the_end_reads_the_store() {
        assert!(SessionUse::Use.may_use_cache(0));
        assert!(SessionUse::None.may_use_cache(59));
        for (session_use, idle) in [
            (SessionUse::Use, 60),
            (SessionUse::None, 60),
            // The clock was set back.
            (SessionUse::Use, -1),
            (SessionUse::Extension, 0),
            (SessionUse::Status, 0),
            (SessionUse::Logout, 0),
        ] {
            assert!(!session_use.may_use_cache(idle), "{session_use:?}");
        }
    }
}
