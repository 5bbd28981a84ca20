//! Auth0's Token Vault: access tokens of services that the user has connected, in exchange for a refresh token. The tokens are random,
//! because there is no such service here.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    PATH,
    refresh::{UNKNOWN_TOKEN, usable_grant},
    token_exchange::required,
};
use crate::{
    activity_log::quoted,
    http::{OAuthError, Parameters},
    opaque_id::random_secret,
    state::AppState,
    store::applications::Application,
};

pub(crate) const GRANT_TYPE: &str =
    "urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token";

const TOKEN_TYPE: &str = "http://auth0.com/oauth/token-type/federated-connection-access-token";
pub(super) const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";
/// The lifetime of Google's access tokens, in seconds.
const LIFETIME: i64 = 3_600;

/// Issues an access token of a connection. The refresh token is not rotated.
pub(super) async fn issue(
    state: &AppState,
    application: &Application,
    parameters: &Parameters,
) -> Result<Value, OAuthError> {
    let refresh_token = required(parameters, "subject_token")?;
    if required(parameters, "subject_token_type")? != REFRESH_TOKEN {
        return Err(OAuthError::invalid_request(
            "The subject_token_type is not supported.",
        ));
    }
    if required(parameters, "requested_token_type")? != TOKEN_TYPE {
        return Err(OAuthError::invalid_request(
            "The requested_token_type is not supported.",
        ));
    }
    let connection = required(parameters, "connection")?;
    let mut transaction = state.store.begin().await?;
    let grant = usable_grant(state, &mut transaction, application, refresh_token).await?;
    transaction.commit().await?;
    let grant = grant.ok_or_else(|| OAuthError::invalid_grant(UNKNOWN_TOKEN))?;
    let connected = state.config.connections.get(&grant.sub);
    if !connected.is_some_and(|connections| connections.iter().any(|name| name == connection)) {
        return Err(OAuthError::new(
            StatusCode::UNAUTHORIZED,
            "federated_connection_refresh_token_not_found",
            format!(
                "Federated connection Refresh Token not found: {} has not connected {}.",
                grant.sub,
                quoted(connection)
            ),
        ));
    }
    state.activity_log.granted(
        PATH,
        format!(
            "{} received a token of {} for the connection {connection}.",
            application.name, grant.sub
        ),
    );
    Ok(json!({
        "access_token": format!("{connection}.{}", random_secret()),
        "scope": "https://www.googleapis.com/auth/calendar.readonly",
        "expires_in": LIFETIME,
        "issued_token_type": TOKEN_TYPE,
        "token_type": "Bearer",
    }))
}
