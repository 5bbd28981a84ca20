//! Which path is answered by what.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware,
    routing::{get, post},
};
use tower_http::timeout::TimeoutLayer;

use crate::{
    authorize::{consent, endpoint as authorize, login, par},
    discovery, guard,
    logout::{oidc, v2},
    pages::{dashboard, error::PageRefusal, layout},
    tenant::Shared,
    token::{endpoint as token, revocation},
    userinfo,
};

/// Forms and token requests are small.
const BODY_LIMIT: usize = 64 * 1024;
/// No request waits longer, whatever the database does.
const TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route(dashboard::PATH, get(dashboard::get))
        .route(dashboard::LOG_PATH, get(dashboard::log))
        .route(dashboard::REFRESHES_PATH, get(dashboard::refreshes))
        .route(layout::STYLE_PATH, get(layout::style))
        .route(layout::ICON_PATH, get(layout::icon))
        .route(discovery::CONFIGURATION, get(discovery::configuration))
        .route(discovery::JWKS, get(discovery::jwks))
        .route(authorize::PATH, get(authorize::get).post(authorize::post))
        .route(login::PATH, get(login::get).post(login::post))
        .route(consent::PATH, get(consent::get).post(consent::post))
        .route(par::PATH, post(par::post))
        .route(token::PATH, post(token::post))
        .route(revocation::PATH, post(revocation::post))
        .route(userinfo::PATH, get(userinfo::get).post(userinfo::get))
        .route(oidc::PATH, get(oidc::respond).post(oidc::respond))
        .route(v2::PATH, get(v2::get))
        .fallback(async || PageRefusal::not_found())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            TIMEOUT,
        ))
        // Outermost, so that refusals of the layers within carry the headers too.
        .layer(middleware::from_fn(guard::loopback_only))
        .layer(middleware::from_fn(guard::security_headers))
        .with_state(shared)
}
