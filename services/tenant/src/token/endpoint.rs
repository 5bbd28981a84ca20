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
    binding::Binding,
    clients,
    dpop::{NONCE_HEADER, ProvenRequest},
    grant_log,
    http::{OAuthError, Parameters},
    mutual_tls::TlsPeer,
    settings::OtherGrant,
    state::AppState,
    store::applications::Application,
};

pub(crate) async fn post(
    State(state): State<Arc<AppState>>,
    peer: TlsPeer,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // In a task: a client that disconnects must not stop an exchange between its commit and its log line.
    let exchange = tokio::spawn(grant_log::of_request(async move {
        let mut response = match exchange(&state, &peer, &headers, &body).await {
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
    peer: &TlsPeer,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, OAuthError> {
    state.delete_expired_if_due().await?;
    let parameters = Parameters::from_body(headers, body)?;
    let application = clients::authenticate(state, peer, headers, &parameters).await?;
    let request = ProvenRequest {
        headers,
        method: "POST",
        url: &state.url(peer, "oauth/token"),
        token: None,
    };
    let proven_key = state.dpop.proven_key(request, state.now())?;
    let binding = binding(&application, peer, proven_key)?;
    let allows = |grant| application.other_grants.contains(&grant);
    match parameters.get("grant_type") {
        Some("authorization_code") => {
            let response =
                authorization_code::redeem(state, &application, &parameters, &binding).await?;
            Ok(Json(response).into_response())
        }
        Some("refresh_token") if application.refresh_tokens => {
            let response = refresh::refresh(state, &application, &parameters, &binding).await?;
            Ok(Json(response).into_response())
        }
        Some(client_credentials::GRANT_TYPE) if allows(OtherGrant::ClientCredentials) => {
            let response =
                client_credentials::issue(state, &application, &parameters, &binding).await?;
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
                token_exchange::exchange(state, &application, &parameters, &binding).await?;
            Ok(Json(response).into_response())
        }
        Some(connection_token::GRANT_TYPE) if allows(OtherGrant::TokenVault) => {
            let response = connection_token::issue(state, &application, &parameters).await?;
            Ok(Json(response).into_response())
        }
        Some(backchannel::GRANT_TYPE) if allows(OtherGrant::Ciba) => {
            let response = backchannel::poll(state, &application, &parameters, &binding).await?;
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

/// Returns what the tokens for a request are bound to. For an application with `tls_client_certificate_bound_access_tokens`, it is
/// the certificate, which the request must have.
fn binding(
    application: &Application,
    peer: &TlsPeer,
    proven_key: Option<String>,
) -> Result<Binding, OAuthError> {
    if !application.certificate_bound_access_tokens {
        return Ok(proven_key.map_or(Binding::None, Binding::Key));
    }
    peer.thumbprint().map(Binding::Certificate).ok_or_else(|| {
        OAuthError::invalid_request(
            "The access tokens of the application are bound to a client certificate, and the request has none.",
        )
    })
}
