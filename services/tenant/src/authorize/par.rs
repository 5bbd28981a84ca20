//! `POST /oauth/par`: pushed authorization requests (RFC 9126).

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use serde_json::json;

use super::validation;
use crate::{
    clients,
    dpop::ProvenRequest,
    http::{OAuthError, Parameters},
    mutual_tls::TlsPeer,
    state::AppState,
    store::pushed_requests::{self, PUSHED_REQUEST_TTL},
};

pub(crate) const PATH: &str = "/oauth/par";
/// The prefix of a `request_uri` (RFC 9126 §2.2).
pub(super) const REQUEST_URI_PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

pub(crate) async fn post(
    State(state): State<Arc<AppState>>,
    peer: TlsPeer,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match push(&state, &peer, &headers, &body).await {
        Ok(response) => response,
        Err(error) => {
            state.activity_log.refused(PATH, error.description());
            error.into_response()
        }
    }
}

async fn push(
    state: &AppState,
    peer: &TlsPeer,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, OAuthError> {
    let parameters = Parameters::from_body(headers, body)?;
    let application = clients::authenticate(state, peer, headers, &parameters).await?;
    let mut transaction = state.store.begin().await?;
    if parameters.get("request_uri").is_some() {
        return Err(OAuthError::invalid_request(
            "A pushed request must not contain request_uri.",
        ));
    }
    // With Basic authentication, the body may omit the client ID.
    let mut parameters = parameters.with("client_id", &application.client_id);
    // RFC 9449 §10.1: the code is bound to the key of a proof as to dpop_jkt.
    let request = ProvenRequest {
        headers,
        method: "POST",
        url: &state.url(peer, "oauth/par"),
        token: None,
    };
    if let Some(proven) = state.dpop.proven_key(request, state.now())? {
        if parameters.get("dpop_jkt").is_some_and(|jkt| jkt != proven) {
            return Err(OAuthError::invalid_request(
                "The dpop_jkt is not the key of the proof.",
            ));
        }
        parameters = parameters.with("dpop_jkt", &proven);
    }
    let request = validation::validate(state, &mut transaction, &parameters).await?;
    let reference = pushed_requests::insert(&mut transaction, &request, state.now()).await?;
    transaction.commit().await?;
    state.activity_log.granted(
        PATH,
        format!("{} pushed an authorization request.", application.name),
    );
    let body = Json(json!({
        "request_uri": format!("{REQUEST_URI_PREFIX}{reference}"),
        "expires_in": PUSHED_REQUEST_TTL,
    }));
    Ok((StatusCode::CREATED, body).into_response())
}
