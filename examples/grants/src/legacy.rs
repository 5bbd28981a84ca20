//! Token exchange: users of a system that is about to be replaced.

use std::collections::HashMap;

use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse as _, Response},
};
use axum_auth0::{Auth0, TokenExchange, TokenType};
use serde_json::json;

use crate::ProductsApi;

/// The profile of the local tenant, which takes the e-mail address of a user as token. At Auth0, an Action would verify a token.
const LEGACY: &str = "urn:leptos-auth0:local-user";

pub(crate) async fn page(
    State(auth0): State<Auth0>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let token = query.get("token").cloned().unwrap_or_default();
    let kind = match TokenType::custom(LEGACY) {
        Ok(kind) => kind,
        Err(error) => return error.to_string().into_response(),
    };
    let exchange = TokenExchange::new(token, kind).extra_scopes(["openid"]);
    match auth0.exchange_token::<ProductsApi>(exchange).await {
        Ok(tokens) => {
            Json(json!({ "claims": tokens.claims(), "scope": tokens.scope() })).into_response()
        }
        Err(error) => error.into_response(),
    }
}
