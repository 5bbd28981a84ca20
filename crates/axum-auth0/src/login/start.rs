//! `GET /auth/login`: sends the browser to the provider.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use cookie::Cookie;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{
    authorization_url::{AuthorizationRequest, audiences},
    parameters::LoginParameters,
    refusal::Refusal,
    transaction::{self, State as LoginState, Transaction},
};
use crate::{chance, engine::Engine, return_to::ReturnTo};

pub(crate) async fn start(
    State(engine): State<Arc<Engine>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if !is_navigation(&headers) {
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

/// Begins a login that was begun before and whose cookie is gone.
pub(super) async fn restart(
    engine: &Engine,
    headers: &HeaderMap,
    return_to: ReturnTo,
    attempt: u8,
) -> Response {
    let parameters = LoginParameters {
        return_to,
        passed_on: Vec::new(),
        max_age: None,
        organization: None,
    };
    begin(engine, headers, parameters, attempt)
        .await
        .unwrap_or_else(IntoResponse::into_response)
}

async fn begin(
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
    let chance = engine.chance().as_ref();
    let state =
        LoginState::new(parameters.return_to.clone(), attempt, now, chance).seal(engine.keys());
    let transaction = Transaction {
        state: transaction::hash(&state),
        nonce: chance::text::<16>(chance),
        // RFC 7636 §4.1: 43 characters from 32 random bytes.
        verifier: chance::text::<32>(chance),
        issuer: config.issuer.as_str().to_owned(),
        return_to: parameters.return_to,
        created_at: now,
        audience: config.audience.clone(),
        max_age: parameters.max_age,
        organization: parameters.organization,
    };

    let url = AuthorizationRequest {
        state: &state,
        nonce: &transaction.nonce,
        verifier: &transaction.verifier,
        audiences: &audiences(config),
        scope: &config.scope,
        passed_on: &parameters.passed_on,
    }
    .url(endpoint, config);

    let secure = config.is_https();
    let mut response = see_other(url.as_str());
    for old in transaction::evicted(headers, engine.keys(), now, secure) {
        set_cookie(&mut response, &old);
    }
    set_cookie(&mut response, &transaction.cookie(engine.keys(), secure));
    Ok(response)
}

/// Whether a person follows a link or typed an address. Old browsers and programs do not say; what says that it is
/// something else (an image, a prefetch, a frame) starts nothing (W3C Fetch Metadata).
fn is_navigation(headers: &HeaderMap) -> bool {
    let is = |name: &str, allowed: &str| {
        headers
            .get(name)
            .is_none_or(|value| value.as_bytes().eq_ignore_ascii_case(allowed.as_bytes()))
    };
    let prefetched = |name: &str| {
        headers
            .get(name)
            .is_some_and(|value| value.to_str().is_ok_and(|value| value.contains("prefetch")))
    };
    is("sec-fetch-mode", "navigate")
        && is("sec-fetch-dest", "document")
        && !prefetched("purpose")
        && !prefetched("sec-purpose")
        && !prefetched("x-moz")
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
