//! `POST /oauth/revoke` (RFC 7009). As at Auth0, only refresh tokens can be revoked, and with one its whole grant ends.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};

use super::client_authentication;
use crate::{
    parameters::Parameters,
    refusal::Refusal,
    store::{grants, tokens},
    tenant::Shared,
};

pub(crate) const PATH: &str = "/oauth/revoke";

pub(crate) async fn post(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match revoke(&shared, &headers, &body).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(refusal) => {
            shared.journal.refused(PATH, refusal.description());
            refusal.into_response()
        }
    }
}

async fn revoke(shared: &Shared, headers: &HeaderMap, body: &[u8]) -> Result<(), Refusal> {
    let parameters = Parameters::from_body(headers, body)?;
    let mut transaction = shared.store.begin().await?;
    let application =
        client_authentication::authenticate(&mut transaction, headers, &parameters).await?;
    let presented = parameters
        .get("token")
        .ok_or_else(|| Refusal::invalid_request("Missing required parameter: token"))?;
    // RFC 7009 §2.2: an unknown token is as good as revoked.
    let Some(token) = tokens::refresh_token(&mut transaction, presented).await? else {
        shared.journal.surprising(
            PATH,
            format!(
                "{} revoked a token that is not a known refresh token.",
                application.name
            ),
        );
        return Ok(());
    };
    let Some(grant) = grants::by_id(&mut transaction, &token.grant_id).await? else {
        return Ok(());
    };
    // RFC 7009 §2.1: a token of another application is refused.
    if grant.client_id != application.client_id {
        return Err(Refusal::invalid_request(
            "The token was not issued to this application.",
        ));
    }
    grants::revoke(&mut transaction, &grant.id).await?;
    transaction.commit().await?;
    shared.journal.granted(
        PATH,
        format!(
            "{} revoked the refresh token of {} and its family.",
            application.name, grant.sub
        ),
    );
    Ok(())
}
