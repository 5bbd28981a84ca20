//! The engine's routes and layers around the application's router.

use std::{num::NonZeroU32, sync::Arc};

use axum::{
    Extension, Router,
    middleware::{from_fn, from_fn_with_state},
    response::IntoResponse,
    routing,
};
use http::{StatusCode, header};
use tower::ServiceBuilder;

use super::{Auth0, state::AppState};
use crate::{
    access_token,
    events::LimitedRoute,
    failed_form::FailedForms,
    guard::{self, Guard, StepUpGuard},
    login, logout, profile,
    rate_limit::{RouteLimit, limit_rate},
    session, session_status,
};

/// Rejects HEAD. axum answers HEAD with the handler of GET by default, but a client that only checks whether a link
/// works must not start a login, use a code or log the user out.
pub(super) fn head_not_allowed(allowed: &'static str) -> impl IntoResponse {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, allowed)])
}

/// Returns the engine's own routes, relative to the base path.
fn routes(state: &AppState) -> Router {
    let (paths, limits) = (state.config.routes(), &state.limits);
    // The base path is added around the whole site.
    let local = |path| paths.local(path);
    Router::new()
        .route(
            local(paths.login_path()),
            routing::get(login::start)
                .head(|| async { head_not_allowed("GET, POST") })
                .post(login::initiate)
                .layer(from_fn_with_state(limits.login.clone(), limit_rate)),
        )
        .route(
            local(paths.callback_path()),
            routing::get(login::callback)
                .head(|| async { head_not_allowed("GET") })
                .layer(from_fn_with_state(limits.callback.clone(), limit_rate)),
        )
        .route(
            local(paths.logout_path()),
            routing::get(logout::get)
                .head(|| async { head_not_allowed("GET, POST") })
                .post(logout::post),
        )
        .route(local(paths.profile_path()), routing::get(profile::get))
        .route(
            local(paths.session_path()),
            routing::get(session_status::respond).post(session_status::respond),
        )
        .route(
            local(paths.access_token_path()),
            routing::get(access_token::get).head(|| async { head_not_allowed("GET") }),
        )
        .with_state(state.clone())
}

/// Returns the routes that the provider calls. They are outside of the layers for browsers: no cookie, no CSRF protection,
/// any host, because the provider may reach the site under an internal one.
fn provider_routes(state: &AppState) -> Router {
    let paths = state.config.routes();
    let limit = state.limits.backchannel.clone();
    Router::new()
        .route(
            paths.local(paths.backchannel_logout_path()),
            routing::post(logout::backchannel_logout).layer(from_fn_with_state(limit, limit_rate)),
        )
        .with_state(state.clone())
}

impl Auth0 {
    /// Wraps the application: adds the engine's routes, the current user of every request, protected pages, and the
    /// rejection of requests from other sites and under other hosts.
    ///
    /// Merge routes that need none of this into the result: health checks, files ([`Self::mount`] puts them below the
    /// base path), and **webhooks** and other routes that programs post to. A `POST` inside must prove by `Origin` or
    /// `Sec-Fetch-Site` that it comes from this site, which a program does not do; it gets 403 `cross_site`.
    ///
    /// ```no_run
    /// # use axum::{Router, routing::{get, post}};
    /// # fn app(auth0: &axum_auth0::Auth0) -> Router {
    /// let pages = Router::new().route("/", get(|| async { "the start page" }));
    /// auth0
    ///     .wrap(pages)
    ///     .route("/healthz", get(|| async { "ok" }))
    ///     .route("/webhooks/payment", post(|| async { "verify its signature" }))
    /// # }
    /// ```
    ///
    /// Responses are not stored by caches (`no-store` and `Vary: cookie`), unless the application sets
    /// `Cache-Control`. Static files inside, for example of the fallback of a Leptos application, are stored by the
    /// browser and revalidated (`private, no-cache`): responses of tower-http's `ServeDir` and `ServeFile`, and those
    /// that the application marks as `public` or `immutable`. HTML, a response whose handler or guard read the user, and
    /// a response that sets a cookie are never taken for a file.
    ///
    /// A logout ends at `/signed-out` (`AUTH0_LOGOUT_RETURN_TO`, [`Routes::signed_out`](crate::Routes::signed_out)). If
    /// the application responds to it with 404, the engine shows a page of its own.
    ///
    /// If the site has a base path ([`Config::base_path`](crate::Config::base_path)), `app` is mounted below it: its own
    /// routes stay as they are, such as `/products`, and browsers request `/shop/products`. Do not nest the result
    /// below the base path again.
    ///
    /// [`Auth0Builder::protect`](crate::Auth0Builder::protect) sets the pages that require a signed-in user. Without a
    /// session, a navigation to a protected page is redirected to the login, and all other requests (a script, an event
    /// stream, a WebSocket, a prefetch) get 401. A client without Fetch Metadata is redirected, unless it accepts an
    /// event stream.
    pub fn wrap(&self, app: Router) -> Router {
        let state = &self.state;
        let guard = self.guard();
        // leptos-auth0 renders the paths into the pages.
        let paths = Extension(state.config.shared_routes());
        let cookie = state.config.cookie();
        let forms = FailedForms::new(state.keys.clone(), cookie.secure(), cookie.name());
        let step_up = StepUpGuard {
            guard: guard.clone(),
            forms: state.kept_forms.clone(),
        };
        // One layer: axum boxes each layer of a router, and clones all boxes inside it for each request.
        let layers = ServiceBuilder::new()
            .layer(from_fn_with_state(guard.clone(), guard::canonical_host))
            .layer(from_fn_with_state(guard.clone(), guard::csrf_protection))
            .layer(from_fn_with_state(state.clone(), session::protect_cookie))
            .layer(from_fn_with_state(state.clone(), session::write_cookie))
            .layer(session::layer(state.records.clone(), &state.config))
            .layer(from_fn_with_state(state.clone(), session::load_user))
            .layer(from_fn_with_state(guard.clone(), guard::check_page_user))
            .layer(from_fn(session::cache_policy))
            .layer(from_fn_with_state(state.clone(), logout::signed_out_page))
            .layer(from_fn_with_state(guard.clone(), guard::negotiate_errors))
            .layer(from_fn_with_state(step_up, guard::offer_step_up))
            .layer(from_fn_with_state(guard.clone(), guard::guard_pages))
            .layer(from_fn_with_state(guard.clone(), guard::silent_login))
            .layer(from_fn_with_state(guard, guard::treat_as_data))
            .layer(Extension(forms.clone()))
            .layer(paths);
        let resume = self.resume_route(app.clone(), forms);
        let pages = app.merge(routes(state)).merge(resume).layer(layers);
        // In this order: of two default fallbacks, `merge` keeps that of its argument, which has the layers.
        let site = provider_routes(state).merge(pages);
        match state.config.base_path() {
            "" => site,
            // Unlike `nest`, this also matches the base path with a trailing slash. Other paths of the host are not
            // found: they belong to other sites.
            path => Router::new().nest_service(path, site),
        }
    }

    /// Mounts routes below the base path of the site without any layer: files, and others that do not depend on the
    /// session. Without a base path, it returns `routes` unchanged. They must not have a fallback.
    ///
    /// ```no_run
    /// # fn site(auth0: axum_auth0::Auth0, app: axum::Router, files: axum::Router) -> axum::Router {
    /// auth0.wrap(app).merge(auth0.mount(files))
    /// # }
    /// ```
    pub fn mount(&self, routes: Router) -> Router {
        match self.state.config.base_path() {
            "" => routes,
            path => Router::new().nest(path, routes),
        }
    }

    /// Returns `router` with a guard in front of all its routes and its fallback: they require a signed-in user, as the
    /// pages of [`Auth0Builder::protect`](crate::Auth0Builder::protect) do. The paths are not repeated, and the routers
    /// may be built from values that are known at run time only.
    ///
    /// Merge or nest the result into the application that [`Self::wrap`] wraps. Outside of it every request counts as
    /// anonymous. Routes that are added to the result afterwards are not guarded.
    ///
    /// ```no_run
    /// use axum::{Router, routing::get};
    /// # fn app(auth0: &axum_auth0::Auth0) -> Router {
    /// let invoices = Router::new()
    ///     .route("/invoices", get(|| async { "all invoices" }))
    ///     .route("/invoices/{id}", get(|| async { "an invoice" }));
    /// let app = Router::new()
    ///     .route("/", get(|| async { "the start page" }))
    ///     .merge(auth0.require_login(invoices));
    /// auth0.wrap(app)
    /// # }
    /// ```
    pub fn require_login<S: Clone + Send + Sync + 'static>(&self, router: Router<S>) -> Router<S> {
        router.layer(from_fn_with_state(self.guard(), guard::require_login))
    }

    /// Returns `router` with a limit of requests per minute and client address in front of all its routes and its
    /// fallback. A request beyond it gets 429 with `Retry-After`: a page for a user, JSON for a program.
    ///
    /// The limit counts all routes of `router` together, in this process. The addresses of an IPv6 network of 64 bits count
    /// as one. The address is that of the connection, so serve the site with
    /// [`into_make_service_with_connect_info`](Router::into_make_service_with_connect_info); behind a reverse proxy, set
    /// `TRUSTED_PROXIES`. While the address of the client is not known, nothing is limited, which is logged.
    ///
    /// The engine's login, callback and back-channel logout have limits already
    /// ([`Config::rate_limits`](crate::Config::rate_limits)).
    ///
    /// ```no_run
    /// # use std::num::NonZeroU32;
    /// # use axum::{Router, routing::post};
    /// # fn app(auth0: &axum_auth0::Auth0) -> Router {
    /// const PER_MINUTE: NonZeroU32 = NonZeroU32::new(10).unwrap();
    /// let contact = Router::new().route("/contact", post(|| async { "sent" }));
    /// let app = Router::new().merge(auth0.limit_rate(PER_MINUTE, contact));
    /// auth0.wrap(app)
    /// # }
    /// ```
    pub fn limit_rate<S: Clone + Send + Sync + 'static>(
        &self,
        per_minute: NonZeroU32,
        router: Router<S>,
    ) -> Router<S> {
        let proxies = self.state.config.trusted_proxies();
        let limit = RouteLimit::new(
            LimitedRoute::Application,
            Some(per_minute),
            proxies,
            &self.state.events,
        );
        router.layer(from_fn_with_state(limit, limit_rate))
    }

    pub(super) fn guard(&self) -> Guard {
        Guard {
            config: Arc::clone(&self.state.config),
            paths: Arc::clone(&self.paths),
            events: self.state.events.clone(),
        }
    }
}
