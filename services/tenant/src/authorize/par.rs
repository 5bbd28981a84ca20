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
    parameters::Parameters, refusal::Refusal, store::transactions, tenant::Shared,
    token::client_authentication,
};

pub(crate) const PATH: &str = "/oauth/par";
/// What a `request_uri` starts with (RFC 9126 §2.2).
pub(crate) const URN: &str = "urn:ietf:params:oauth:request_uri:";

pub(crate) async fn post(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match push(&shared, &headers, &body).await {
        Ok(response) => response,
        Err(refusal) => {
            shared.journal.refused(PATH, refusal.description());
            refusal.into_response()
        }
    }
}

async fn push(shared: &Shared, headers: &HeaderMap, body: &[u8]) -> Result<Response, Refusal> {
    let parameters = Parameters::from_body(headers, body)?;
    let mut transaction = shared.store.begin().await?;
    let application =
        client_authentication::authenticate(&mut transaction, headers, &parameters).await?;
    if parameters.get("request_uri").is_some() {
        return Err(Refusal::invalid_request(
            "A pushed request must not contain request_uri.",
        ));
    }
    // With Basic authentication the client ID need not be repeated; whose request it is has just been proved.
    let parameters = parameters.with("client_id", &application.client_id);
    let request = validation::validate(shared, &mut transaction, &parameters).await?;
    let handle = transactions::push(&mut transaction, &request, shared.now()).await?;
    transaction.commit().await?;
    shared.journal.granted(
        PATH,
        format!("{} pushed a login request.", application.name),
    );
    let body = Json(
        json!({ "request_uri": format!("{URN}{handle}"), "expires_in": transactions::PUSHED_LIFETIME }),
    );
    Ok((StatusCode::CREATED, body).into_response())
}
