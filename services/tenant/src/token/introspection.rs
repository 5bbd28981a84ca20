//! `POST /oauth/introspect` (RFC 7662), for the opaque access tokens of APIs. Auth0 has no such endpoint; other providers do.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, header::CACHE_CONTROL},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use crate::{
    authorize::requested_acr::MULTI_FACTOR,
    clients,
    http::{OAuthError, Parameters},
    mutual_tls::TlsPeer,
    state::AppState,
    store::{api_access_tokens, bindings, grant_details},
};

pub(crate) const PATH: &str = "/oauth/introspect";

pub(crate) async fn post(
    State(state): State<Arc<AppState>>,
    peer: TlsPeer,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match introspect(&state, &peer, &headers, &body).await {
        Ok(response) => ([(CACHE_CONTROL, "no-store")], Json(response)).into_response(),
        Err(error) => {
            state.activity_log.refused(PATH, error.description());
            error.into_response()
        }
    }
}

/// Returns the response of RFC 7662 §2.2. An application authenticates like at the token endpoint (§2.1).
async fn introspect(
    state: &AppState,
    peer: &TlsPeer,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Value, OAuthError> {
    let parameters = Parameters::from_body(headers, body)?;
    let application = clients::authenticate(state, peer, headers, &parameters).await?;
    let mut connection = state.store.connection().await?;
    let presented = parameters
        .get("token")
        .ok_or_else(|| OAuthError::invalid_request("Missing required parameter: token"))?;
    let found = api_access_tokens::find(&mut connection, presented).await?;
    let Some(token) = found.filter(|token| token.expires_at > state.now()) else {
        state.activity_log.unexpected(
            PATH,
            format!(
                "{} introspected a token that is unknown, expired or revoked.",
                application.name
            ),
        );
        return Ok(json!({ "active": false }));
    };
    let details = grant_details::find(&mut connection, &token.grant.id).await?;
    state.activity_log.granted(
        PATH,
        format!(
            "{} introspected an access token of {} for {}.",
            application.name, token.grant.sub, token.audience
        ),
    );
    let binding = bindings::find(&mut connection, presented).await?;
    let mut response = json!({
        "active": true,
        "iss": state.config.access_token_issuer,
        "sub": token.grant.sub,
        "aud": token.audience,
        "client_id": token.grant.client_id,
        "scope": token.scope,
        "iat": token.issued_at,
        "exp": token.expires_at,
        "auth_time": token.grant.auth_time,
        "token_type": "Bearer",
    });
    if let Some(confirmation) = binding.confirmation() {
        // RFC 9449 §6.2, RFC 8705 §3.2.
        response["token_type"] = json!(binding.token_type());
        response["cnf"] = confirmation;
    }
    if token.grant.second_factor {
        // RFC 9470 §6.2.
        response["acr"] = json!(MULTI_FACTOR);
    }
    if !details.is_empty() {
        // RFC 9396 §9.2.
        response["authorization_details"] = json!(details);
    }
    Ok(response)
}
