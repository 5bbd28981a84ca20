//! Token Vault: a page with data of a service that the user has connected.

use axum::Json;
use axum_auth0::{ConnectionTokenError, SignedInUser};
use serde_json::{Value, json};

/// The token would be sent to the service. Here the page says what it is for.
pub(crate) async fn page(user: SignedInUser) -> Result<Json<Value>, ConnectionTokenError> {
    let token = user
        .access_token_for_connection("google-oauth2", None)
        .await?;
    Ok(Json(
        json!({ "connection": token.connection(), "scope": token.scope() }),
    ))
}
