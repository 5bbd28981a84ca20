//! CIBA: a program asks a user to approve on a device of their own.

use std::{collections::HashMap, time::Duration};

use axum::{
    Json,
    extract::{Query, State},
};
use axum_auth0::{Auth0, BackchannelLogin, BackchannelLoginError};
use serde_json::{Value, json};

use crate::ProductsApi;

/// The page is shown when the user has decided. If the visitor leaves, the future is dropped, and the polls stop.
pub(crate) async fn page(
    State(auth0): State<Auth0>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<Value>, BackchannelLoginError> {
    let user = query.get("user").cloned().unwrap_or_default();
    let login = BackchannelLogin::new(user, "Order 4711").requested_expiry(Duration::from_mins(2));
    let pending = auth0.backchannel_login::<ProductsApi>(login).await?;
    let tokens = pending.wait().await?;
    Ok(Json(
        json!({ "claims": tokens.claims(), "scope": tokens.scope() }),
    ))
}
