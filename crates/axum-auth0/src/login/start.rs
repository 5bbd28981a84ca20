//! `GET /auth/login`: sends the browser to the provider.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use cookie::Cookie;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::{
    authorization_url::{AuthorizationRequest, audiences},
    parameters::LoginParameters,
    refusal::Refusal,
    transaction::{self, State as LoginState, Transaction},
};
use crate::{engine::Engine, random, request_kind::RequestKind};

pub(crate) async fn start(
    State(engine): State<Arc<Engine>>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let kind = RequestKind::of(&method, &headers);
    if kind == RequestKind::Speculative {
        return no_content();
    }
    if !kind.may_start_login() {
        return Refusal::NotANavigation.into_response();
    }
    let parameters = match LoginParameters::parse(query.as_deref().unwrap_or_default()) {
        Ok(parameters) => parameters,
        Err(name) => return Refusal::Parameter(name).into_response(),
    };
    begin(&engine, &headers, parameters, 0)
        .await
        .unwrap_or_else(IntoResponse::into_response)
}

/// The answer to a prefetch or a prerender: nothing has happened, and a browser does not show it in place of the page.
pub(crate) fn no_content() -> Response {
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "sec-purpose"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Starts a login; `attempt` counts its restarts.
pub(super) async fn begin(
    engine: &Engine,
    headers: &HeaderMap,
    parameters: LoginParameters,
    attempt: u8,
) -> Result<Response, Refusal> {
    let config = engine.config();
    let metadata = engine
        .provider()
        .metadata()
        .await
        .map_err(|error| Refusal::provider(&error, parameters.return_to.clone()))?;
    let Some(endpoint) = &metadata.authorization_endpoint else {
        tracing::error!("the provider's metadata names no authorization endpoint");
        return Err(Refusal::ProviderUnavailable {
            retry_after: None,
            return_to: parameters.return_to,
        });
    };

    let now = engine.clock().unix_seconds();
    let random = engine.random().as_ref();
    let state = LoginState::new(&parameters, attempt, now, random).seal(engine.keys());
    let transaction = Transaction {
        state: transaction::hash(&state),
        nonce: random::text::<16>(random),
        // RFC 7636 §4.1: 43 characters from 32 random bytes.
        verifier: random::text::<32>(random),
        issuer: config.issuer().as_str().to_owned(),
        return_to: parameters.return_to,
        created_at: now,
        audience: config.audience().map(str::to_owned),
        max_age: parameters.max_age,
        organization: parameters.organization,
    };

    let url = AuthorizationRequest {
        state: &state,
        nonce: &transaction.nonce,
        verifier: &transaction.verifier,
        audiences: &audiences(config),
        scope: config.scope(),
        passed_on: &parameters.passed_on,
    }
    .url(endpoint, config);

    let mut response = see_other(url.as_str());
    let cookie = transaction.cookie(engine.keys(), config.cookie());
    for old in transaction::evicted(headers, engine.keys(), now, config.cookie(), &cookie) {
        set_cookie(&mut response, &old);
    }
    set_cookie(&mut response, &cookie);
    Ok(response)
}

/// 303: the browser goes on with GET, whatever it did before. `target` is a URL that a parser wrote or a checked path.
pub(crate) fn see_other(target: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(target) else {
        tracing::error!("a redirect's target is no header value");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    (
        StatusCode::SEE_OTHER,
        [
            (header::LOCATION, location),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (
                header::REFERRER_POLICY,
                HeaderValue::from_static("no-referrer"),
            ),
        ],
    )
        .into_response()
}

pub(super) fn set_cookie(response: &mut Response, cookie: &Cookie<'_>) {
    // Names and values are hexadecimal digits and base64url.
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
