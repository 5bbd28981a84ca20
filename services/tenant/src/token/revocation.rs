//! `POST /oauth/revoke` (RFC 7009). Like at Auth0, only refresh tokens can be revoked, and revoking one revokes its grant.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};

use crate::{
    clients, grant_log,
    http::{OAuthError, Parameters},
    mutual_tls::TlsPeer,
    state::AppState,
    store::{grants, tokens},
};

pub(crate) const PATH: &str = "/oauth/revoke";

pub(crate) async fn post(
    State(state): State<Arc<AppState>>,
    peer: TlsPeer,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match revoke(&state, &peer, &headers, &body).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => {
            state.activity_log.refused(PATH, error.description());
            error.into_response()
        }
    }
}

async fn revoke(
    state: &AppState,
    peer: &TlsPeer,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), OAuthError> {
    let parameters = Parameters::from_body(headers, body)?;
    let application = clients::authenticate(state, peer, headers, &parameters).await?;
    let mut transaction = state.store.begin().await?;
    let presented = parameters
        .get("token")
        .ok_or_else(|| OAuthError::invalid_request("Missing required parameter: token"))?;
    // RFC 7009 §2.2: an unknown token is treated as revoked.
    let Some(token) = tokens::find_refresh_token(&mut transaction, presented).await? else {
        state.activity_log.unexpected(
            PATH,
            format!(
                "{} revoked a token that is not a known refresh token.",
                application.name
            ),
        );
        return Ok(());
    };
    let Some(grant) = grants::find(&mut transaction, &token.grant_id).await? else {
        return Ok(());
    };
    // RFC 7009 §2.1: the token must have been issued to this application.
    if grant.client_id != application.client_id {
        return Err(OAuthError::invalid_request(
            "The token was not issued to this application.",
        ));
    }
    grants::revoke(&mut transaction, &grant.id).await?;
    transaction.commit().await?;
    grant_log::revoked(&grant);
    state.activity_log.granted(
        PATH,
        format!(
            "{} revoked the refresh token of {} and its family.",
            application.name, grant.sub
        ),
    );
    Ok(())
}
