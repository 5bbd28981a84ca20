//! The engine's routes and layers around the application's router.

use std::sync::Arc;

use axum::{Extension, Router, middleware, response::IntoResponse, routing};
use http::{StatusCode, header};

use super::{Auth0, state::AppState};
use crate::{
    access_token,
    failed_form::FailedForms,
    guard::{self, Guard},
    login, logout, profile, session,
};

/// Rejects HEAD. axum answers HEAD with the handler of GET by default, but a client that only checks whether a link
/// works must not start a login, use a code or log the user out.
fn head_not_allowed(allowed: &'static str) -> impl IntoResponse {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, allowed)])
}

/// Returns the engine's own routes, relative to the base path.
fn routes(state: &AppState) -> Router {
    let paths = state.config.routes();
    // The base path is added around the whole site.
    let local = |path| paths.local(path);
    Router::new()
        .route(
            local(paths.login_path()),
            routing::get(login::start).head(|| async { head_not_allowed("GET") }),
        )
        .route(
            local(paths.callback_path()),
            routing::get(login::callback).head(|| async { head_not_allowed("GET") }),
        )
        .route(
            local(paths.logout_path()),
            routing::get(logout::get)
                .head(|| async { head_not_allowed("GET, POST") })
                .post(logout::post),
        )
        .route(local(paths.profile_path()), routing::get(profile::get))
        .route(
            local(paths.access_token_path()),
            routing::get(access_token::get).head(|| async { head_not_allowed("GET") }),
        )
        .with_state(state.clone())
}

impl Auth0 {
    /// Wraps the application: adds the engine's routes, the current user of every request, protected pages, and the
    /// rejection of requests from other sites and under other hosts. Merge routes that need none of this, such as health
    /// checks, afterwards; [`Self::mount`] mounts files below the base path.
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
        let guard = Guard {
            config: Arc::clone(&state.config),
            paths: Arc::clone(&self.paths),
        };
        // leptos-auth0 renders the paths into the pages.
        let paths = Extension(state.config.shared_routes());
        let cookie = state.config.cookie();
        let forms = FailedForms::new(state.keys.clone(), cookie.secure(), cookie.name());
        // The last layer is the outermost. Order of execution: host, origin, session, page user, guard.
        let site = app
            .merge(routes(state))
            .layer(paths)
            .layer(Extension(forms))
            .layer(middleware::from_fn_with_state(
                guard.clone(),
                guard::treat_as_data,
            ))
            .layer(middleware::from_fn_with_state(
                guard.clone(),
                guard::guard_pages,
            ))
            .layer(middleware::from_fn_with_state(
                guard.clone(),
                guard::check_page_user,
            ))
            .layer(middleware::from_fn_with_state(
                state.clone(),
                session::load_user,
            ))
            .layer(session::layer(state.records.clone(), &state.config))
            .layer(middleware::from_fn_with_state(
                state.clone(),
                session::write_cookie,
            ))
            .layer(middleware::from_fn_with_state(
                state.clone(),
                session::protect_cookie,
            ))
            .layer(middleware::from_fn_with_state(
                guard.clone(),
                guard::csrf_protection,
            ))
            .layer(middleware::from_fn_with_state(guard, guard::canonical_host));
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
}
