//! The engine's routes and layers around the application's router.

use std::sync::Arc;

use axum::{Extension, Router, middleware, response::IntoResponse, routing};
use http::{StatusCode, header};

use super::{Auth0, state::AppState};
use crate::{
    access_token,
    config::routes::{ACCESS_TOKEN_PATH, CALLBACK_PATH, LOGIN_PATH, LOGOUT_PATH, PROFILE_PATH},
    guard::{self, Guard},
    login, logout, profile, session,
};

/// axum answers HEAD with the handler of GET unless there is another one. A client that only checks whether a link works
/// must not start a login, use a code or log the user out.
fn head_not_allowed(allowed: &'static str) -> impl IntoResponse {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, allowed)])
}

/// Returns the engine's own routes.
fn routes(state: AppState) -> Router {
    Router::new()
        .route(
            LOGIN_PATH,
            routing::get(login::start).head(|| async { head_not_allowed("GET") }),
        )
        .route(
            CALLBACK_PATH,
            routing::get(login::callback).head(|| async { head_not_allowed("GET") }),
        )
        .route(
            LOGOUT_PATH,
            routing::get(logout::get)
                .head(|| async { head_not_allowed("GET, POST") })
                .post(logout::post),
        )
        .route(PROFILE_PATH, routing::get(profile::get))
        .route(
            ACCESS_TOKEN_PATH,
            routing::get(access_token::get).head(|| async { head_not_allowed("GET") }),
        )
        .with_state(state)
}

impl Auth0 {
    /// Wraps the application: adds the routes below `/auth`, the current user of every request, guarded pages, and the
    /// refusal of requests from other sites and under other hosts.
    ///
    /// `protected` are the paths of the pages that only signed-in users see, including everything below them; `"/"` is
    /// every page. The engine's routes and the page that a logout ends at are never protected. Merge what needs none of
    /// this (files, health checks) afterwards.
    ///
    /// Without a session, a navigation to a protected page is answered with a redirect to the login, and everything else
    /// (a script, an event stream, a WebSocket, a prefetch) with 401. A client without Fetch Metadata is redirected, unless
    /// it asks for an event stream.
    pub fn wrap(&self, app: Router, protected: &'static [&'static str]) -> Router {
        let state = &self.state;
        let guard = Guard {
            config: Arc::clone(&state.config),
            protected,
            is_data_route: self.is_data_route,
        };
        // leptos-auth0 writes the paths into the pages.
        let paths = Extension(Arc::new(state.config.routes().clone()));
        // The last layer is the outermost: first the host, then the origin, then the session, then the user of the page,
        // then the guard.
        app.merge(routes(state.clone()))
            .layer(paths)
            .layer(middleware::from_fn_with_state(
                guard.clone(),
                guard::answer_as_data,
            ))
            .layer(middleware::from_fn_with_state(
                guard.clone(),
                guard::guard_pages,
            ))
            .layer(middleware::from_fn(guard::check_page_user))
            .layer(middleware::from_fn_with_state(
                state.clone(),
                session::load_user,
            ))
            .layer(session::layer(state.records.clone(), state.config.cookie()))
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
            .layer(middleware::from_fn_with_state(guard, guard::canonical_host))
    }
}
