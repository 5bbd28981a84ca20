//! `POST /oauth/token`.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};

use super::{authorization_code, client_authentication, issue::TokenAnswer, refresh};
use crate::{journal::quoted, parameters::Parameters, refusal::Refusal, tenant::Shared};

pub(crate) const PATH: &str = "/oauth/token";

pub(crate) async fn post(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match exchange(&shared, &headers, &body).await {
        Ok(answer) => Json(answer).into_response(),
        Err(refusal) => {
            shared.journal.refused(PATH, refusal.description());
            refusal.into_response()
        }
    }
}

async fn exchange(
    shared: &Shared,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<TokenAnswer, Refusal> {
    shared.sweep_if_due().await?;
    let parameters = Parameters::from_body(headers, body)?;
    let mut connection = shared.store.connection().await?;
    let application =
        client_authentication::authenticate(&mut connection, headers, &parameters).await?;
    drop(connection);
    match parameters.get("grant_type") {
        Some("authorization_code") => {
            authorization_code::redeem(shared, &application, &parameters).await
        }
        Some("refresh_token") if application.refresh_tokens => {
            refresh::refresh(shared, &application, &parameters).await
        }
        Some("refresh_token") => Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "unauthorized_client",
            "Grant type 'refresh_token' not allowed for the client.",
        )),
        Some(other) => Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "unsupported_grant_type",
            format!("Unsupported grant type: {}", quoted(other)),
        )),
        None => Err(Refusal::invalid_request(
            "Missing required parameter: grant_type",
        )),
    }
}
