//! The routes of the tenant.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware::from_fn,
    routing::{get, post},
};
use tower_http::timeout::TimeoutLayer;

use crate::{
    authorize::{
        backchannel as bc_authorize, consent, endpoint as authorize, enrollment, login, one_click,
        organization, par, second_factor, sign_up,
    },
    backchannel, dashboard, discovery, invitations,
    logout::{rp_initiated, v2},
    middleware,
    pages::{
        assets,
        backchannel::DECIDE_PATH,
        error_page::ErrorPage,
        organization::INVITATION_PATH,
        security::PUSHED_REQUESTS_POLICY_PATH,
        sessions::END_PATH,
        users::{SECOND_FACTOR_POLICY_PATH, SECOND_FACTOR_REMOVAL_PATH},
    },
    pushed_requests_policy, second_factor_policy, sessions,
    state::AppState,
    token::{self, introspection, revocation},
    userinfo,
};

/// Enough for forms and token requests.
const MAX_BODY_BYTES: usize = 64 * 1024;
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) fn router(state: Arc<AppState>) -> Router {
    let one_click_login = if state.config.one_click_login {
        Router::new()
            .route(one_click::PATH, post(one_click::post))
            .route(
                second_factor::ONE_CLICK_PATH,
                post(second_factor::one_click),
            )
    } else {
        Router::new()
    };
    Router::new()
        .merge(one_click_login)
        .route(dashboard::PATH, get(dashboard::get))
        .route(dashboard::LOG_PATH, get(dashboard::log))
        .route(dashboard::REFRESHES_PATH, get(dashboard::refreshes))
        .route(END_PATH, post(sessions::end))
        .route(DECIDE_PATH, post(backchannel::decide))
        .route(SECOND_FACTOR_POLICY_PATH, post(second_factor_policy::post))
        .route(
            SECOND_FACTOR_REMOVAL_PATH,
            post(second_factor_policy::remove),
        )
        .route(
            PUSHED_REQUESTS_POLICY_PATH,
            post(pushed_requests_policy::post),
        )
        .route(assets::STYLESHEET_PATH, get(assets::stylesheet))
        .route(assets::ICON_PATH, get(assets::icon))
        .route(discovery::CONFIGURATION_PATH, get(discovery::configuration))
        .route(discovery::JWKS_PATH, get(discovery::jwks))
        .route(authorize::PATH, get(authorize::get).post(authorize::post))
        .route(login::PATH, get(login::get).post(login::post))
        .route(
            second_factor::PATH,
            get(second_factor::get).post(second_factor::post),
        )
        .route(
            enrollment::PATH,
            get(enrollment::get).post(enrollment::post),
        )
        .route(sign_up::PATH, get(sign_up::get).post(sign_up::post))
        .route(consent::PATH, get(consent::get).post(consent::post))
        .route(
            organization::PATH,
            get(organization::get).post(organization::post),
        )
        .route(INVITATION_PATH, post(invitations::create))
        .route(par::PATH, post(par::post))
        .route(bc_authorize::PATH, post(bc_authorize::post))
        .route(token::PATH, post(token::endpoint::post))
        .route(revocation::PATH, post(revocation::post))
        .route(introspection::PATH, post(introspection::post))
        .route(userinfo::PATH, get(userinfo::get).post(userinfo::get))
        .route(
            rp_initiated::PATH,
            get(rp_initiated::logout).post(rp_initiated::logout),
        )
        .route(v2::PATH, get(v2::get))
        .fallback(async || ErrorPage::not_found())
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            REQUEST_TIMEOUT,
        ))
        // The outermost layers, so that error responses of the inner layers have the headers too.
        .layer(from_fn(middleware::loopback_only))
        .layer(from_fn(middleware::security_headers))
        .with_state(state)
}
