//! The client of one API for one user.

use std::{fmt, marker::PhantomData, time::Duration};

use http::Method;

use super::{call::ApiCall, limits::Limits};
use crate::{config::Api, session::SignedInUser};

/// A client that calls the API `A` for one user; see [`SignedInUser::api`]. Cheap to create and to clone: all clients
/// share their connections.
///
/// A path is given as segments: `["orders", id]` is `BASE/orders/ID`. They are percent-encoded. A segment that could
/// leave the base (`..`, a slash, a line break, in any encoding) is rejected with
/// [`InvalidRequest::Path`](super::InvalidRequest::Path), and nothing is sent.
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

    /// Sets the timeout of one attempt, from the start of the request to the last byte of the response: 5 seconds by
    /// default, at most 2 minutes. It includes up to 2 seconds for connecting.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.set_timeout(timeout);
        self
    }

    /// Sets the timeout of a call with all its attempts, the backoff between them, and the time to obtain a token:
    /// twice the timeout of one attempt by default.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.set_deadline(deadline);
        self
    }

    /// Sets the size limit of a response body in bytes: 1 MiB by default, at most 16 MiB.
    #[must_use]
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.limits.set_max_response_bytes(bytes);
        self
    }

    /// Starts a `GET` call. It is retried after a transient failure.
    pub fn get<S: AsRef<str>>(&self, path: impl IntoIterator<Item = S>) -> ApiCall<A> {
        self.call(Method::GET, path)
    }

    /// Starts a `HEAD` call. It is retried after a transient failure.
    pub fn head<S: AsRef<str>>(&self, path: impl IntoIterator<Item = S>) -> ApiCall<A> {
        self.call(Method::HEAD, path)
    }

    /// Starts a `POST` call. It is sent once, unless it is marked as idempotent.
    pub fn post<S: AsRef<str>>(&self, path: impl IntoIterator<Item = S>) -> ApiCall<A> {
        self.call(Method::POST, path)
    }

    /// Starts a `PUT` call. It is idempotent (RFC 9110 §9.2.2), so it is retried after a transient failure.
    pub fn put<S: AsRef<str>>(&self, path: impl IntoIterator<Item = S>) -> ApiCall<A> {
        self.call(Method::PUT, path)
    }

    /// Starts a `PATCH` call. It is sent once, unless it is marked as idempotent.
    pub fn patch<S: AsRef<str>>(&self, path: impl IntoIterator<Item = S>) -> ApiCall<A> {
        self.call(Method::PATCH, path)
    }

    /// Starts a `DELETE` call. It is idempotent (RFC 9110 §9.2.2), so it is retried after a transient failure, and
    /// [`ApiError::NotFound`](super::ApiError::NotFound) can mean that an earlier attempt without a response succeeded.
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
