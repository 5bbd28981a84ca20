//! `POST /dashboard/backchannel`: decides about a waiting login, as its user would on a device.

use std::sync::Arc;

use axum::{body::Bytes, extract::State, http::HeaderMap, response::Response};

use crate::{
    dashboard,
    http::redirect,
    pages::{backchannel::DECIDE_PATH, error_page::ErrorPage},
    state::AppState,
    store::backchannel_requests,
};

pub(crate) async fn decide(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ErrorPage> {
    let parameters = dashboard::form(&headers, &body)?;
    let id_hash = parameters.get("request").unwrap_or_default();
    let approved = parameters.get("decision") == Some("accept");
    let mut connection = state.store.connection().await?;
    let decided =
        backchannel_requests::decide(&mut connection, id_hash, approved, state.now()).await?;
    drop(connection);
    let verb = if approved { "approved" } else { "denied" };
    let text = match decided {
        Some(request) => format!(
            "{} {verb} the login: {}.",
            request.sub, request.binding_message
        ),
        None => "The login had been decided or had expired before.".to_owned(),
    };
    state.activity_log.granted(DECIDE_PATH, text);
    Ok(redirect(dashboard::PATH))
}
