//! `POST /oauth/token`.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};

use super::{
    PATH, authorization_code, backchannel, client_credentials, connection_token, refresh,
    session_transfer, token_exchange,
};
use crate::{
    activity_log::quoted,
    clients,
    dpop::{NONCE_HEADER, ProvenRequest},
    grant_log,
    http::{OAuthError, Parameters},
    settings::OtherGrant,
    state::AppState,
};

pub(crate) async fn post(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // In a task: a client that disconnects must not stop an exchange between its commit and its log line.
    let exchange = tokio::spawn(grant_log::of_request(async move {
        let mut response = match exchange(&state, &headers, &body).await {
            Ok(response) => response,
            Err(error) => {
                state.activity_log.refused(PATH, error.description());
                error.into_response()
            }
        };
        if let Some(nonce) = state.dpop.nonce(state.now()) {
            response.headers_mut().insert(NONCE_HEADER, nonce);
        }
        response
    }));
    exchange.await.unwrap_or_else(|error| {
        tracing::error!(%error, "the token request failed");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

async fn exchange(
    state: &AppState,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, OAuthError> {
    state.delete_expired_if_due().await?;
    let parameters = Parameters::from_body(headers, body)?;
    let application = clients::authenticate(state, headers, &parameters).await?;
    let request = ProvenRequest {
        headers,
        method: "POST",
        url: &state.config.url("oauth/token"),
        token: None,
    };
    let proven_key = state.dpop.proven_key(request, state.now())?;
    let proven_key = proven_key.as_deref();
    let allows = |grant| application.other_grants.contains(&grant);
    match parameters.get("grant_type") {
        Some("authorization_code") => {
            let response =
                authorization_code::redeem(state, &application, &parameters, proven_key).await?;
            Ok(Json(response).into_response())
        }
        Some("refresh_token") if application.refresh_tokens => {
            let response = refresh::refresh(state, &application, &parameters, proven_key).await?;
            Ok(Json(response).into_response())
        }
        Some(client_credentials::GRANT_TYPE) if allows(OtherGrant::ClientCredentials) => {
            let response =
                client_credentials::issue(state, &application, &parameters, proven_key).await?;
            Ok(Json(response).into_response())
        }
        Some(token_exchange::GRANT_TYPE)
            if session_transfer::is_requested(state, &parameters)
                && allows(OtherGrant::SessionTransfer) =>
        {
            let response = session_transfer::issue(state, &application, &parameters).await?;
            Ok(Json(response).into_response())
        }
        Some(token_exchange::GRANT_TYPE) if allows(OtherGrant::TokenExchange) => {
            let response =
                token_exchange::exchange(state, &application, &parameters, proven_key).await?;
            Ok(Json(response).into_response())
        }
        Some(connection_token::GRANT_TYPE) if allows(OtherGrant::TokenVault) => {
            let response = connection_token::issue(state, &application, &parameters).await?;
            Ok(Json(response).into_response())
        }
        Some(backchannel::GRANT_TYPE) if allows(OtherGrant::Ciba) => {
            let response = backchannel::poll(state, &application, &parameters, proven_key).await?;
            Ok(Json(response).into_response())
        }
        Some(
            known @ ("refresh_token"
            | client_credentials::GRANT_TYPE
            | token_exchange::GRANT_TYPE
            | connection_token::GRANT_TYPE
            | backchannel::GRANT_TYPE),
        ) => Err(OAuthError::new(
            StatusCode::FORBIDDEN,
            "unauthorized_client",
            format!("Grant type '{known}' not allowed for the client."),
        )),
        Some(other) => Err(OAuthError::new(
            StatusCode::FORBIDDEN,
            "unsupported_grant_type",
            format!("Unsupported grant type: {}", quoted(other)),
        )),
        None => Err(OAuthError::invalid_request(
            "Missing required parameter: grant_type",
        )),
    }
}
