//! The session of a test's user, and requests with it.

use std::fmt;

use http::{HeaderValue, Method, Request, header, request::Builder};

use crate::session::{CurrentUser, SignedInUser};

/// The session of a signed-in user. Clones are the same session.
#[derive(Clone)]
pub struct TestSession {
    pub(super) cookie: HeaderValue,
    pub(super) set_cookie: HeaderValue,
    pub(super) origin: HeaderValue,
    pub(super) host: HeaderValue,
    pub(super) user: SignedInUser,
}

impl TestSession {
    /// Returns the value of the header `Cookie`.
    pub fn cookie(&self) -> HeaderValue {
        self.cookie.clone()
    }

    /// Returns the value of a header `Set-Cookie`, for a browser.
    pub fn set_cookie(&self) -> HeaderValue {
        self.set_cookie.clone()
    }

    /// Returns a request of the signed-in user: with the session cookie, with the site as `Host`, and, unless it only
    /// reads, with the site as `Origin`, so that the CSRF protection accepts it. The body and further headers follow, for
    /// example `.body(Body::empty())`.
    pub fn request(&self, method: Method, path: &str) -> Builder {
        let is_read = matches!(method, Method::GET | Method::HEAD);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.host.clone())
            .header(header::COOKIE, self.cookie());
        if is_read {
            return request;
        }
        request.header(header::ORIGIN, self.origin.clone())
    }

    /// Returns a GET request of the signed-in user; see [`Self::request`].
    pub fn get(&self, path: &str) -> Builder {
        self.request(Method::GET, path)
    }

    /// Returns a POST request of the signed-in user; see [`Self::request`].
    pub fn post(&self, path: &str) -> Builder {
        self.request(Method::POST, path)
    }

    /// Returns the user, to call a function that takes one.
    pub fn user(&self) -> &SignedInUser {
        &self.user
    }

    /// Returns the user as the extension of a request, to call a handler without the layers of
    /// [`Auth0::wrap`](crate::Auth0::wrap).
    pub fn current_user(&self) -> CurrentUser {
        CurrentUser::SignedIn(self.user.clone())
    }
}

/// Omits the cookies, which are credentials.
impl fmt::Debug for TestSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestSession")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
