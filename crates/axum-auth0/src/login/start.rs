//! The login route: redirects the browser to the provider.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{RawQuery, State},
    response::Response,
};
use http::{HeaderMap, Method};

use super::{
    LoginState,
    error::LoginError,
    parameters::LoginParameters,
    state_parameter::StateParameter,
    third_party::{self, Target},
    transaction::{self, Transaction},
    transaction_cookie::{cookies_to_evict, set_cookie},
};
use crate::{
    diagnosis::Diagnosis,
    events::AuthEvent,
    oauth::{AuthorizationRequest, ClientEndpoint, check_profile, requested_audiences},
    provider::Metadata,
    random,
    request::RequestKind,
    responses::{no_content, see_other},
    session::{CurrentUser, authorization_details::PARAMETER},
    silent_login,
};

pub(crate) async fn start(
    State(login): State<Arc<LoginState>>,
    RawQuery(query): RawQuery,
    Extension(user): Extension<CurrentUser>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let kind = RequestKind::of(&method, &headers);
    if kind == RequestKind::Speculative {
        return no_content();
    }
    if !kind.may_start_login() {
        return LoginError::NotANavigation.respond(&login.config, &login.events, &[]);
    }
    let query = query.unwrap_or_default();
    let parameters = match read_parameters(&login, &user, &query) {
        Ok(parameters) => parameters,
        Err(error) => return error.respond(&login.config, &login.events, &[]),
    };
    let requirements = parameters.requirements();
    let started = if parameters.is_silent {
        begin_silently(&login, &headers, parameters).await
    } else {
        begin(&login, &headers, parameters, 0).await
    };
    started.unwrap_or_else(|error| error.respond(&login.config, &login.events, &requirements))
}

fn read_parameters(
    login: &LoginState,
    user: &CurrentUser,
    query: &str,
) -> Result<LoginParameters, LoginError> {
    let initiated = third_party::return_to(query.as_bytes(), &login.config)?;
    let now = login.clock.unix_seconds();
    let mut parameters = LoginParameters::parse(query, login.config.routes())
        .and_then(|parameters| parameters.with_details(query, user, &login.keys, now))
        .map_err(LoginError::InvalidParameter)?;
    if let Some(Target::Page(page)) = initiated {
        parameters.return_to = page;
    }
    Ok(parameters)
}

/// Starts a login that shows no page. If it cannot start, the browser returns to the page.
async fn begin_silently(
    login: &LoginState,
    headers: &HeaderMap,
    parameters: LoginParameters,
) -> Result<Response, LoginError> {
    let page = parameters.return_to.clone();
    // Without cookies, the page would start the next one.
    if !silent_login::is_marked(headers, login.config.cookie()) {
        return Ok(see_other(&silent_login::skipped_url(&page)));
    }
    Ok(begin(login, headers, parameters, 0)
        .await
        .unwrap_or_else(|error| {
            error.report(&login.events);
            see_other(page.as_str())
        }))
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

    check_requirements(login, &metadata, &parameters).await?;
    let mut parameters = parameters.with_configured_organization(config);
    let mut forwarded = parameters.for_provider(metadata.claims_parameter_supported);
    let session_transfer = parameters.take_session_transfer();
    forwarded.extend(session_transfer.filter(|_| config.accepts_session_transfer()));
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
        details: parameters.details,
        is_silent: parameters.is_silent,
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
    let sent = login
        .token_endpoint
        .deliver_authorization_request(config, &metadata, url)
        .await;
    let url = sent.map_err(|error| {
        let return_to = transaction.return_to.clone();
        LoginError::from_endpoint(error, config, config.audience(), return_to)
    })?;

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

/// Checks what the login would lack after the user has logged in.
async fn check_requirements(
    login: &LoginState,
    metadata: &Metadata,
    parameters: &LoginParameters,
) -> Result<(), LoginError> {
    let config = &login.config;
    check_profile(config, metadata).map_err(LoginError::Misconfigured)?;
    let supported = metadata.authorization_details_types_supported.as_deref();
    if let (Some(details), Some(supported)) = (&parameters.details, supported) {
        let unsupported = details.unsupported(supported);
        if !unsupported.is_empty() {
            let missing = unsupported.iter().map(|name| format!("the type {name}"));
            let diagnosis = Diagnosis::not_supported(PARAMETER, missing);
            return Err(LoginError::Misconfigured(diagnosis));
        }
    }
    let connection = login
        .token_endpoint
        .connection(metadata, ClientEndpoint::Token)
        .await;
    connection.map(|_| ()).map_err(|error| {
        let return_to = parameters.return_to.clone();
        LoginError::from_endpoint(error, config, config.audience(), return_to)
    })
}
