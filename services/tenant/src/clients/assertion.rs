//! Client authentication with `private_key_jwt` (RFC 7523 §2.2, OpenID Connect Core §9).

use axum::http::StatusCode;
use serde_json::{Map, Value};
use sqlx::SqliteConnection;

use super::signed_jwt::{check_claims, text, verify};
use crate::{
    http::{OAuthError, Parameters},
    state::AppState,
    store::{
        applications::{self, Application},
        client_assertions,
    },
};

/// `client_assertion_type` (RFC 7523 §2.2).
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The maximum length of `jti`, in bytes.
const MAX_ID_BYTES: usize = 255;

/// Returns whether a request authenticates with an assertion.
pub(super) fn is_sent(parameters: &Parameters) -> bool {
    parameters.get("client_assertion").is_some()
        || parameters.get("client_assertion_type").is_some()
}

/// Authenticates the application by the assertion of a request. Each assertion is accepted once.
pub(super) async fn authenticate(
    state: &AppState,
    connection: &mut SqliteConnection,
    parameters: &Parameters,
) -> Result<Application, OAuthError> {
    if parameters.get("client_assertion_type") != Some(TYPE) {
        return Err(refused("its client_assertion_type is unknown"));
    }
    let assertion = parameters
        .get("client_assertion")
        .ok_or_else(|| refused("it is missing"))?;
    // RFC 7521 §4.2: `client_id` is optional, because `sub` names the client.
    let client_id = match parameters.get_owned("client_id") {
        Some(client_id) => client_id,
        None => unverified_subject(assertion).ok_or_else(|| refused("it has no sub"))?,
    };
    let application = applications::find(connection, &client_id)
        .await?
        .filter(|application| !application.public_keys.is_empty())
        .ok_or_else(|| refused("the application has no public key at this tenant"))?;
    // The keys of an application with a certificate sign its authorization requests only.
    if !application.client_certificates.is_empty() {
        return Err(refused(
            "the application authenticates with a client certificate",
        ));
    }
    let (_, claims) = verify(assertion, &application.public_keys).map_err(refused)?;
    let now = state.now();
    let until = check_claims(&claims, &client_id, &state.config.issuer, now).map_err(refused)?;
    if text(&claims, "sub") != Some(&client_id) {
        return Err(refused("its sub is not the client ID"));
    }
    let id = text(&claims, "jti")
        .filter(|id| !id.is_empty() && id.len() <= MAX_ID_BYTES)
        .ok_or_else(|| refused("it has no jti"))?;
    if !client_assertions::insert(connection, &client_id, id, until).await? {
        return Err(refused("it was used before"));
    }
    Ok(application)
}

fn unverified_subject(assertion: &str) -> Option<String> {
    let claims: Map<String, Value> =
        jsonwebtoken::dangerous::insecure_decode_claims(assertion).ok()?;
    text(&claims, "sub").map(str::to_owned)
}

fn refused(reason: &'static str) -> OAuthError {
    OAuthError::new(
        StatusCode::UNAUTHORIZED,
        "invalid_client",
        format!("The client assertion was refused: {reason}."),
    )
}
