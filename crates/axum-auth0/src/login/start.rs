//! The login route: redirects the browser to the provider.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use http::{HeaderMap, Method};

use super::{
    LoginState,
    error::LoginError,
    parameters::LoginParameters,
    state_parameter::StateParameter,
    transaction::{self, Transaction},
    transaction_cookie::{cookies_to_evict, set_cookie},
};
use crate::{
    events::AuthEvent,
    oauth::{AuthorizationRequest, ClientEndpoint, pushes_requests, requested_audiences},
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
        return LoginError::NotANavigation.respond(&login.config, &login.events);
    }
    let query = query.unwrap_or_default();
    let parameters = match LoginParameters::parse(&query, routes) {
        Ok(parameters) => parameters,
        Err(name) => {
            return LoginError::InvalidParameter(name).respond(&login.config, &login.events);
        }
    };
    begin(&login, &headers, parameters, 0)
        .await
        .unwrap_or_else(|error| error.respond(&login.config, &login.events))
}

/// Starts a login. `attempt` counts its restarts.
pub(super) async fn begin(
    login: &LoginState,
    headers: &HeaderMap,
    parameters: LoginParameters,
    attempt: u8,
) -> Result<Response, LoginError> {
    let config = &login.config;
    let metadata =
        login.provider.metadata().await.map_err(|error| {
            LoginError::provider_unavailable(&error, parameters.return_to.clone())
        })?;
    let Some(endpoint) = &metadata.authorization_endpoint else {
        return Err(LoginError::ProviderUnavailable {
            cause: "the provider's metadata has no authorization endpoint".to_owned(),
            retry_after: None,
            return_to: parameters.return_to,
        });
    };

    // The login would fail after the user has logged in.
    if let Err(error) = login
        .token_endpoint
        .connection(&metadata, ClientEndpoint::Token)
    {
        let audience = config.audience();
        return Err(LoginError::from_endpoint(
            error,
            config,
            audience,
            parameters.return_to,
        ));
    }
    let parameters = parameters.with_configured_organization(config);
    let mut forwarded = parameters.for_provider(metadata.claims_parameter_supported);
    let dpop_key = login.token_endpoint.dpop().new_key();
    let dpop_key = dpop_key.map_err(|error| LoginError::ProviderUnavailable {
        cause: error.to_string(),
        retry_after: None,
        return_to: parameters.return_to.clone(),
    })?;
    if let Some(key) = &dpop_key {
        forwarded.push(("dpop_jkt", key.thumbprint().to_owned()));
    }
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
        step_up: parameters.step_up,
        organization: parameters.organization,
        dpop_key,
    };

    let url = AuthorizationRequest {
        redirect_uri: &config.site_url(config.routes().callback_path()),
        state: &state,
        nonce: &transaction.nonce,
        verifier: &transaction.verifier,
        audiences: &requested_audiences(config),
        scope: config.scope(),
        forwarded: &forwarded,
    }
    .url(endpoint, config);
    let url = if pushes_requests(config, &metadata) {
        let pushed = login
            .token_endpoint
            .push_authorization_request(&metadata, &url);
        pushed.await.map_err(|error| {
            let return_to = transaction.return_to.clone();
            LoginError::from_endpoint(error, config, config.audience(), return_to)
        })?
    } else {
        url
    };

    let mut response = see_other(url.as_str());
    let cookie = transaction.cookie(&login.keys, config.cookie());
    for old in cookies_to_evict(headers, &login.keys, now, config.cookie(), &cookie) {
        set_cookie(&mut response, &old);
    }
    set_cookie(&mut response, &cookie);
    let is_restart = attempt > 0;
    login.events.emit(&AuthEvent::LoginStarted { is_restart });
    Ok(response)
}
