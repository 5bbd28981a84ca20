//! The settings of an [`Auth0`](super::Auth0): from the environment, in code, or both. `variables.rs` has those that are
//! variables, too; `build.rs` reads all of them.

use std::{fmt, sync::Arc};

use http::HeaderMap;

use crate::{
    api_transport::TracePropagator,
    clock::{SharedClock, SystemClock},
    config::{Api, ApiRegistration, Config, EnvFileError, Routes, Variables},
    events::{AuthEvent, Events},
    guard::GuardedPaths,
    login::Hooks,
    random::{SharedRandom, SystemRandom},
    store::SharedStore,
};

/// Builds an [`Auth0`](super::Auth0).
///
/// Every environment variable can also be set in code; code takes precedence. All settings pass the same checks, and
/// all problems are reported together.
///
/// ```no_run
/// # struct ProductsApi;
/// # impl axum_auth0::Api for ProductsApi {
/// #     const ENV_PREFIX: &'static str = "PRODUCTS";
/// #     const SCOPES: &'static [&'static str] = &["read:products"];
/// # }
/// # async fn build() -> Result<(), axum_auth0::BuildError> {
/// use axum_auth0::Auth0;
///
/// let auth0 = Auth0::builder()
///     .env()
///     .login_api::<ProductsApi>()
///     .protect(["/products"])
///     .build()
///     .await?;
/// let app = auth0.wrap(axum::Router::new());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing is built before `build`"]
pub struct Auth0Builder {
    pub(super) environment: Result<Variables, EnvFileError>,
    pub(super) code: Variables,
    pub(super) apis: Vec<ApiRegistration>,
    pub(super) routes: Option<Routes>,
    pub(super) config: Option<Config>,
    pub(super) paths: GuardedPaths,
    pub(super) public_claims: Vec<String>,
    pub(super) hooks: Hooks,
    pub(super) store: Option<SharedStore>,
    pub(super) clock: SharedClock,
    pub(super) random: SharedRandom,
    pub(super) events: Events,
    pub(super) propagator: Option<TracePropagator>,
}

impl Default for Auth0Builder {
    fn default() -> Self {
        Self {
            environment: Ok(Variables::default()),
            code: Variables::default(),
            apis: Vec::new(),
            routes: None,
            config: None,
            paths: GuardedPaths::default(),
            public_claims: Vec::new(),
            hooks: Hooks::default(),
            store: None,
            clock: SystemClock::shared(),
            random: SystemRandom::shared(),
            events: Events::default(),
            propagator: None,
        }
    }
}

impl Auth0Builder {
    /// Registers `A` as the API that a login requests an access token for: its audience is `AUTH0_AUDIENCE`, unless
    /// `<PREFIX>_API_AUDIENCE` is set.
    pub fn login_api<A: Api>(mut self) -> Self {
        self.apis.push(ApiRegistration::login::<A>());
        self
    }

    /// Registers `A` as an additional API. The site starts without it if none of its variables is set.
    pub fn api<A: Api>(mut self) -> Self {
        self.apis.push(ApiRegistration::further::<A>());
        self
    }

    /// Registers several APIs.
    pub fn apis(mut self, apis: impl IntoIterator<Item = ApiRegistration>) -> Self {
        self.apis.extend(apis);
        self
    }

    /// Sets the paths of the engine's routes.
    pub fn routes(mut self, routes: Routes) -> Self {
        self.routes = Some(routes);
        self
    }

    /// Uses an existing configuration. Variables, APIs and routes of this builder are ignored.
    pub fn config(mut self, config: Config) -> Self {
        self.config = Some(config);
        self
    }

    /// Adds pages that require a signed-in user, including all paths below them; `"/"` matches every page. The engine's
    /// routes and the page after a logout are never protected.
    ///
    /// [`Auth0::require_login`](crate::Auth0::require_login) protects a router instead of paths.
    pub fn protect<P: Into<String>>(mut self, pages: impl IntoIterator<Item = P>) -> Self {
        let pages = pages.into_iter().map(Into::into);
        self.paths.protected.list(pages);
        self
    }

    /// Adds pages that require a signed-in user: all whose path `is_protected` returns `true` for. The path is relative
    /// to the base path, percent-decoded, and without repeated and trailing slashes.
    ///
    /// ```
    /// # use axum_auth0::Auth0;
    /// // All pages except the start page and the blog.
    /// let builder = Auth0::builder().protect_if(|path| path != "/" && !path.starts_with("/blog"));
    /// ```
    pub fn protect_if(
        mut self,
        is_protected: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.paths.protected.add_predicate(Arc::new(is_protected));
        self
    }

    /// Calls `callback` for every [`AuthEvent`]: logins, logouts, refreshes, refused requests. Further callbacks are called
    /// in the order in which they were added.
    ///
    /// The callback runs within the request, so it must not block: send the event to a channel for anything that waits.
    /// If it panics, the panic is logged and the request continues.
    ///
    /// ```
    /// use axum_auth0::{Auth0, AuthEvent};
    ///
    /// let (sender, receiver) = std::sync::mpsc::channel();
    /// let builder = Auth0::builder().on_event(move |event| {
    ///     if let AuthEvent::SessionEnded { subject, reason, .. } = event {
    ///         // The receiver writes to the audit log, in a thread of its own.
    ///         let _ = sender.send(format!("{subject}: {}", reason.as_str()));
    ///     }
    /// });
    /// # drop((builder, receiver));
    /// ```
    pub fn on_event(mut self, callback: impl Fn(&AuthEvent) + Send + Sync + 'static) -> Self {
        self.events = self.events.with_callback(callback);
        self
    }

    /// Calls `inject` for the headers of every API call, to name the current span as its parent (W3C Trace Context), for
    /// example with the propagator of OpenTelemetry. If it writes no `traceparent`, the call belongs to the trace that the
    /// request named, or to a new one, as without this setting.
    pub fn trace_propagator(
        mut self,
        inject: impl Fn(&mut HeaderMap) + Send + Sync + 'static,
    ) -> Self {
        self.propagator = Some(TracePropagator(Arc::new(inject)));
        self
    }

    /// Sets the prefix of server functions, `/api` by default. Routes below it respond with data instead of a page; see
    /// [`Self::data_routes`].
    pub fn server_function_prefix(mut self, prefix: &str) -> Self {
        prefix
            .trim_end_matches('/')
            .clone_into(&mut self.paths.server_function_prefix);
        self
    }

    /// Sets which additional routes respond with data instead of a page, such as server functions with their own
    /// prefix. Leptos applications pass `leptos_auth0::server::is_server_function`.
    ///
    /// Other sites cannot reach these routes, not even by a link, and a GET never gets the redirect to the `Referer`
    /// that `leptos_axum` would send.
    pub fn data_routes(mut self, is_data_route: fn(path: &str) -> bool) -> Self {
        self.paths.is_data_route = is_data_route;
        self
    }

    /// Adds claims that pages may contain, for example `roles` or `https://shop.example/roles`. They become a part of
    /// the page's source. See [`SignedInUser::public_claims`](crate::SignedInUser::public_claims).
    pub fn public_claims<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.public_claims.extend(names.into_iter().map(Into::into));
        self
    }

    /// Uses a custom store instead of `AUTH0_SESSION_STORE`.
    pub fn store(mut self, store: SharedStore) -> Self {
        self.store = Some(store);
        self
    }

    /// Sets the clock; tests use [`MockClock`](crate::clock::MockClock).
    pub fn clock(mut self, clock: SharedClock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the source of randomness. Intended for tests.
    pub fn random(mut self, random: SharedRandom) -> Self {
        self.random = random;
        self
    }
}

/// Omits all values, because they may be secrets.
impl fmt::Debug for Auth0Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth0Builder")
            .field("environment", &self.environment)
            .field("code", &self.code)
            .field("apis", &self.apis)
            .field("routes", &self.routes)
            .field("paths", &self.paths)
            .finish_non_exhaustive()
    }
}
