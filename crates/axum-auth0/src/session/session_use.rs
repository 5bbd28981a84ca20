//! Which requests count as use of a session, and thereby move the end that inactivity sets.

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
        if request.headers().contains_key(BACKGROUND_HEADER) {
            return Self::None;
        }
        if is(routes.session_path()) && request.method() == Method::POST {
            return Self::Extension;
        }
        let is_question = [
            routes.session_path(),
            routes.user_path(),
            routes.profile_path(),
        ]
        .into_iter()
        .any(is);
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
            Self::None | Self::Logout => false,
        }
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
        for path in ["/auth/profile", "/auth/user", "/auth/session"] {
            assert_eq!(use_of(&Method::GET, path, &[]), SessionUse::None, "{path}");
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
}
