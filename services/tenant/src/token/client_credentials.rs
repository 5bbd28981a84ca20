//! The grant `client_credentials` (RFC 6749 §4.4): access tokens of an application itself, with the claims of Auth0.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::PATH;
use crate::{
    activity_log::quoted,
    binding::Binding,
    http::{OAuthError, Parameters},
    opaque_id::random_id,
    settings::ApiSettings,
    state::AppState,
    store::{apis, applications::Application},
};

pub(super) const GRANT_TYPE: &str = "client_credentials";

/// Issues an access token for the application itself. Like Auth0, it has no refresh token and no ID token.
pub(super) async fn issue(
    state: &AppState,
    application: &Application,
    parameters: &Parameters,
    binding: &Binding,
) -> Result<Value, OAuthError> {
    let api = find_api(state, application, parameters).await?;
    if api.opaque {
        return Err(OAuthError::invalid_request(
            "This tenant issues opaque access tokens to users only.",
        ));
    }
    let scope = granted_scope(&api, parameters.get("scope"))?;
    let lifetime = state.config.lifetimes.access_token;
    let now = state.now();
    let mut claims = json!({
        "iss": state.config.access_token_issuer,
        "sub": format!("{}@clients", application.client_id),
        "aud": api.identifier,
        "iat": now,
        "exp": now + lifetime,
        "scope": scope,
        "gty": "client-credentials",
        "jti": random_id(),
        "azp": application.client_id,
    });
    if let Some(confirmation) = binding.confirmation() {
        claims["cnf"] = confirmation;
    }
    let access_token = state.with_keys(|keys| {
        state
            .api_keys
            .sign_access_token(keys, &api.identifier, &claims)
    })?;
    state.activity_log.granted(
        PATH,
        format!(
            "{} received a token of its own for {}, without a user; scopes {scope}.",
            application.name, api.identifier
        ),
    );
    Ok(json!({
        "access_token": access_token,
        "scope": scope,
        "expires_in": lifetime,
        "token_type": binding.token_type(),
    }))
}

/// Returns the requested API, if the application may have tokens for it.
pub(super) async fn find_api(
    state: &AppState,
    application: &Application,
    parameters: &Parameters,
) -> Result<ApiSettings, OAuthError> {
    let resource = parameters
        .resources()
        .first()
        .filter(|_| state.config.resource_parameter);
    let audience = parameters
        .get("audience")
        .or(resource.map(String::as_str))
        .or(state.config.default_audience.as_deref())
        .ok_or_else(|| OAuthError::invalid_request("Missing required parameter: audience"))?;
    let mut connection = state.store.connection().await?;
    let api = apis::find(&mut connection, audience)
        .await?
        .ok_or_else(|| {
            OAuthError::new(
                StatusCode::FORBIDDEN,
                "access_denied",
                format!("Service not found: {}", quoted(audience)),
            )
        })?;
    if !api.allows_client(&application.client_id) {
        return Err(OAuthError::client_not_authorized(
            &application.client_id,
            &api,
        ));
    }
    Ok(api)
}

/// Returns the scopes of the token: all of the API, or the requested ones. Unlike for users, Auth0 refuses others.
fn granted_scope(api: &ApiSettings, requested: Option<&str>) -> Result<String, OAuthError> {
    let Some(requested) = requested else {
        return Ok(api.scopes.join(" "));
    };
    let unknown = requested
        .split_ascii_whitespace()
        .find(|scope| !api.scopes.iter().any(|defined| defined == scope));
    match unknown {
        None => Ok(requested.to_owned()),
        Some(unknown) => Err(OAuthError::new(
            StatusCode::FORBIDDEN,
            "access_denied",
            format!("Client has not been granted scopes: {}", quoted(unknown)),
        )),
    }
}
