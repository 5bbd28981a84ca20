//! `GET /auth/login`: sends the browser to the provider.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use cookie::Cookie;
use http::{HeaderMap, HeaderValue, Method, header};

use super::{
    LoginState,
    error::LoginError,
    parameters::LoginParameters,
    transaction::{self, StateParameter, Transaction},
};
use crate::{
    oauth::{AuthorizationRequest, requested_audiences},
    random,
    request::RequestKind,
    responses::{no_content, see_other},
};

pub(crate) async fn start(
    State(login): State<Arc<LoginState>>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let routes = login.config.routes();
    let kind = RequestKind::of(&method, &headers);
    if kind == RequestKind::Speculative {
        return no_content();
    }
    if !kind.may_start_login() {
        return LoginError::NotANavigation.into_response(routes);
    }
    let mut parameters = match LoginParameters::parse(query.as_deref().unwrap_or_default()) {
        Ok(parameters) => parameters,
        Err(name) => return LoginError::Parameter(name).into_response(routes),
    };
    parameters.return_to = routes.allowed_return(parameters.return_to);
    begin(&login, &headers, parameters, 0)
        .await
        .unwrap_or_else(|error| error.into_response(routes))
}

/// Starts a login; `attempt` counts its restarts.
pub(super) async fn begin(
    login: &LoginState,
    headers: &HeaderMap,
    parameters: LoginParameters,
    attempt: u8,
) -> Result<Response, LoginError> {
    let config = &login.config;
    let metadata = login
        .provider
        .metadata()
        .await
        .map_err(|error| LoginError::provider(&error, parameters.return_to.clone()))?;
    let Some(endpoint) = &metadata.authorization_endpoint else {
        tracing::error!("the provider's metadata names no authorization endpoint");
        return Err(LoginError::ProviderUnavailable {
            retry_after: None,
            return_to: parameters.return_to,
        });
    };

    let now = login.clock.unix_seconds();
    let random = login.random.as_ref();
    let state = StateParameter::new(&parameters, attempt, now, random).seal(&login.keys);
    let transaction = Transaction {
        state: transaction::hash(&state),
        nonce: random::base64url::<16>(random),
        // RFC 7636 §4.1: 43 characters from 32 random bytes.
        verifier: random::base64url::<32>(random),
        issuer: config.issuer().as_str().to_owned(),
        return_to: parameters.return_to,
        created_at: now,
        audience: config.audience().map(str::to_owned),
        max_age: parameters.max_age,
        organization: parameters.organization,
    };

    let url = AuthorizationRequest {
        redirect_uri: &config.site_url(config.routes().callback_path()),
        state: &state,
        nonce: &transaction.nonce,
        verifier: &transaction.verifier,
        audiences: &requested_audiences(config),
        scope: config.scope(),
        forwarded: &parameters.passed_on,
    }
    .url(endpoint, config);

    let mut response = see_other(url.as_str());
    let cookie = transaction.cookie(&login.keys, config.cookie());
    for old in transaction::cookies_to_evict(headers, &login.keys, now, config.cookie(), &cookie) {
        set_cookie(&mut response, &old);
    }
    set_cookie(&mut response, &cookie);
    Ok(response)
}

pub(super) fn set_cookie(response: &mut Response, cookie: &Cookie<'_>) {
    // Names and values are hexadecimal digits and base64url.
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
