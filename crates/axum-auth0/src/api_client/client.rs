//! The client of one API, for one person.

use std::{fmt, marker::PhantomData, time::Duration};

use http::Method;

use super::{call::ApiCall, limits::Limits};
use crate::{config::Api, session::SignedInUser};

/// Calls the API `A` for one person; see [`SignedInUser::api`]. Cheap to make and to clone: connections are shared by the
/// whole process.
///
/// A path is given in segments: `["orders", id]` is `BASE/orders/ID`. They are percent-encoded; what could lead out of the
/// base (`..`, a slash, a line break, in any encoding) is refused with [`InvalidRequest::Path`](super::InvalidRequest::Path), and
/// nothing is sent.
pub struct ApiClient<A> {
    user: SignedInUser,
    limits: Limits,
    _api: PhantomData<fn() -> A>,
}

impl<A: Api> ApiClient<A> {
    pub(crate) fn new(user: SignedInUser) -> Self {
        Self {
            user,
            limits: Limits::default(),
            _api: PhantomData,
        }
    }

    /// How long one attempt may take, from the start of the request to the last byte of the answer: 5 seconds by default, 2
    /// minutes at most. A connection has 2 seconds of these.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.set_timeout(timeout);
        self
    }

    /// How long a call may take with all its attempts, the pauses between them, and the time to get a token: twice the
    /// timeout by default.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.set_deadline(deadline);
        self
    }

    /// How many bytes of an answer are read: 1 MiB by default, 16 MiB at most.
    #[must_use]
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.limits.set_max_response_bytes(bytes);
        self
    }

    /// `GET`: reads. Repeated where that may help.
    pub fn get<S: AsRef<str>>(&self, path: impl IntoIterator<Item = S>) -> ApiCall<A> {
        self.call(Method::GET, path)
    }

    /// `HEAD`: asks whether something is there. Repeated where that may help.
    pub fn head<S: AsRef<str>>(&self, path: impl IntoIterator<Item = S>) -> ApiCall<A> {
        self.call(Method::HEAD, path)
    }

    /// `POST`: sent once, unless the call says that it may be repeated.
    pub fn post<S: AsRef<str>>(&self, path: impl IntoIterator<Item = S>) -> ApiCall<A> {
        self.call(Method::POST, path)
    }

    /// `PUT`: replaces, so it is repeated where that may help (RFC 9110 §9.2.2).
    pub fn put<S: AsRef<str>>(&self, path: impl IntoIterator<Item = S>) -> ApiCall<A> {
        self.call(Method::PUT, path)
    }

    /// `PATCH`: sent once, unless the call says that it may be repeated.
    pub fn patch<S: AsRef<str>>(&self, path: impl IntoIterator<Item = S>) -> ApiCall<A> {
        self.call(Method::PATCH, path)
    }

    /// `DELETE`: repeated where that may help (RFC 9110 §9.2.2); so [`ApiError::NotFound`](super::ApiError::NotFound) can
    /// mean that an attempt without an answer did it.
    pub fn delete<S: AsRef<str>>(&self, path: impl IntoIterator<Item = S>) -> ApiCall<A> {
        self.call(Method::DELETE, path)
    }

    fn call<S: AsRef<str>>(&self, method: Method, path: impl IntoIterator<Item = S>) -> ApiCall<A> {
        ApiCall::new(self.user.clone(), self.limits, method, path)
    }
}

impl<A> Clone for ApiClient<A> {
    fn clone(&self) -> Self {
        Self {
            user: self.user.clone(),
            limits: self.limits,
            _api: PhantomData,
        }
    }
}

impl<A: Api> fmt::Debug for ApiClient<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiClient<{}>({:?})", A::ENV_PREFIX, self.user)
    }
}
