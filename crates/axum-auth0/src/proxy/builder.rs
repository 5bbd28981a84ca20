//! The settings of a proxy.

use std::{collections::BTreeMap, fmt, marker::PhantomData, sync::Arc, time::Duration};

use axum::{Router, extract::Request, response::IntoResponse as _, routing};
use http::{HeaderName, Method};

use super::{
    allowed::{Allowed, with_covering_paths},
    forward::{Forwarder, forward},
    headers,
    open_streams::{OpenStreams, StreamLimits},
    refusal::Refusal,
    settings::Settings,
};
use crate::{
    api_transport::MAX_TIMEOUT, config::Api, guard::Guard, session::SessionState, tasks::Tasks,
};

/// Default of [`Proxy::timeout`].
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// Default of [`Proxy::max_request_bytes`]: the default limit of axum's extractors.
const DEFAULT_REQUEST_BYTES: u64 = 2 * 1024 * 1024;

/// Default of [`Proxy::session_check_interval`].
const DEFAULT_CHECK_INTERVAL: Duration = Duration::from_secs(5);

/// A proxy of the API `A`, created by [`Auth0::proxy`](crate::Auth0::proxy). It forwards nothing until a method and a path
/// are allowed.
///
/// Paths have the syntax of [`Router::route`], relative to the base URL of the API: `/products/{id}`, or `/{*path}` for all.
/// A request is forwarded if any of the paths that match it allows its method.
///
/// ```no_run
/// # struct ProductsApi;
/// # impl axum_auth0::Api for ProductsApi {
/// #     const ENV_PREFIX: &'static str = "PRODUCTS";
/// #     const SCOPES: &'static [&'static str] = &["read:products"];
/// # }
/// # fn app(auth0: &axum_auth0::Auth0) -> axum::Router {
/// auth0
///     .proxy::<ProductsApi>("/products-api")
///     .get("/products")
///     .get("/products/{id}")
///     .post("/products")
///     .response_headers([http::HeaderName::from_static("x-total-count")])
///     .into_router()
/// # }
/// ```
///
/// - **Before a token is obtained**: method and path are allowed; the request comes from this site by the rules of
///   [`Auth0::wrap`](crate::Auth0::wrap) for data routes; a user is signed in, otherwise the response is 401 with JSON.
/// - **Paths** cannot leave the base URL of the API: dot segments, encoded slashes and backslashes get 400.
/// - **Headers** pass by a list. `Cookie` and `Authorization` of the browser and `Set-Cookie` of the API never do.
/// - **401 of the API**: the token is refreshed once, and an idempotent request of at most 64 KiB is repeated.
/// - **Open streams** (server-sent events, `WebSocket`s, downloads) end when the session ends.
///
/// The guide is `docs/proxy.md` in the repository.
#[must_use = "nothing is forwarded before `into_router`"]
pub struct Proxy<A> {
    path: String,
    guard: Guard,
    session: Arc<SessionState>,
    tasks: Tasks,
    allowed: BTreeMap<String, Allowed>,
    settings: Settings,
    api: PhantomData<fn() -> A>,
}

impl<A: Api> Proxy<A> {
    pub(crate) fn new(path: &str, guard: Guard, session: Arc<SessionState>, tasks: Tasks) -> Self {
        Self {
            path: path.trim_end_matches('/').to_owned(),
            guard,
            session,
            tasks,
            allowed: BTreeMap::new(),
            settings: Settings {
                timeout: DEFAULT_TIMEOUT,
                max_request_bytes: DEFAULT_REQUEST_BYTES,
                session_check_interval: DEFAULT_CHECK_INTERVAL,
                streams: StreamLimits::default(),
                request_headers: Vec::new(),
                response_headers: Vec::new(),
            },
            api: PhantomData,
        }
    }

    /// Allows GET, which includes server-sent events.
    pub fn get(self, path: &str) -> Self {
        self.allow(Method::GET, path)
    }

    /// Allows POST.
    pub fn post(self, path: &str) -> Self {
        self.allow(Method::POST, path)
    }

    /// Allows PUT.
    pub fn put(self, path: &str) -> Self {
        self.allow(Method::PUT, path)
    }

    /// Allows PATCH.
    pub fn patch(self, path: &str) -> Self {
        self.allow(Method::PATCH, path)
    }

    /// Allows DELETE.
    pub fn delete(self, path: &str) -> Self {
        self.allow(Method::DELETE, path)
    }

    /// Allows `WebSocket` handshakes. Over HTTP/2 (RFC 8441) they need the feature `http2`, and a server that enables the
    /// extended CONNECT.
    pub fn websocket(mut self, path: &str) -> Self {
        self.allowed.entry(path.to_owned()).or_default().websocket = true;
        self
    }

    fn allow(mut self, method: Method, path: &str) -> Self {
        let allowed = self.allowed.entry(path.to_owned()).or_default();
        allowed.allow(method);
        self
    }

    /// Sets the maximum time until the API's response begins, 30 seconds by default and two minutes at most. The body of a
    /// response may take longer, but not pause for longer; an event stream may.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout.min(MAX_TIMEOUT);
        self
    }

    /// Sets the maximum size of a request body in bytes, 2 MiB by default. Larger ones get 413.
    pub fn max_request_bytes(mut self, bytes: u64) -> Self {
        self.settings.max_request_bytes = bytes;
        self
    }

    /// Sets how often the session of an open stream is read while the store does not report changes, 5 seconds by default.
    /// With a store that does, an ended session is noticed within a second or two.
    pub fn session_check_interval(mut self, interval: Duration) -> Self {
        self.settings.session_check_interval = interval;
        self
    }

    /// Sets how many requests of one session may be open at a time, 128 by default and at least 1. Event streams, `WebSocket`s
    /// and downloads are open until they end. Further requests get 429.
    pub fn max_streams_per_session(mut self, streams: u32) -> Self {
        self.settings.streams.session = streams.max(1);
        self
    }

    /// Sets how many requests of all users may be open at a time in this process, 4,096 by default and at least 1. Further
    /// ones get 503.
    pub fn max_streams(mut self, streams: u32) -> Self {
        self.settings.streams.process = streams.max(1);
        self
    }

    /// Adds headers of the browser that the API gets. Headers that the site sets itself, credentials and those of one
    /// connection are ignored.
    pub fn request_headers(mut self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        let names = names.into_iter().filter(headers::may_be_sent);
        self.settings.request_headers.extend(names);
        self
    }

    /// Adds headers of the API that the browser gets. Headers that act on the whole site, such as `Set-Cookie` and
    /// `Clear-Site-Data`, are ignored.
    pub fn response_headers(mut self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        let names = names.into_iter().filter(headers::may_be_returned);
        self.settings.response_headers.extend(names);
        self
    }

    /// Returns the routes, to be merged into the application that [`Auth0::wrap`](crate::Auth0::wrap) wraps.
    ///
    /// # Panics
    ///
    /// As [`Router::route`] does: if a path does not begin with a slash, or two paths conflict.
    pub fn into_router<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        let forwarder = Arc::new(Forwarder {
            guard: self.guard,
            session: self.session,
            tasks: self.tasks,
            streams: OpenStreams::new(A::ENV_PREFIX, self.settings.streams),
            settings: self.settings,
        });
        let mut routes = Router::new();
        for (path, allowed) in with_covering_paths(self.allowed) {
            let (forwarder, allowed) = (Arc::clone(&forwarder), Arc::new(allowed));
            let handler = move |request: Request| {
                forward::<A>(Arc::clone(&forwarder), Arc::clone(&allowed), request)
            };
            routes = routes.route(&path, routing::any(handler));
        }
        let not_allowed = || async { Refusal::Path.into_response() };
        Router::new().nest(&self.path, routes.fallback(not_allowed))
    }
}

impl<A: Api> fmt::Debug for Proxy<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("api", &A::ENV_PREFIX)
            .field("path", &self.path)
            .field("allowed", &self.allowed)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
