//! Signed authorization requests (RFC 9101).

use axum::http::StatusCode;

use super::signed_jwt::{check_claims, text, verify};
use crate::{
    http::Parameters, pages::error_page::ErrorPage, state::AppState,
    store::applications::Application,
};

/// `typ` of a request object (RFC 9101 §10.8): no other JWT of the application is one.
const TYPE: &str = "oauth-authz-req+jwt";

/// Returns the parameters of the request object `jwt`. Parameters outside of it are ignored (RFC 9101 §6.3).
pub(crate) fn open(
    state: &AppState,
    application: &Application,
    jwt: &str,
) -> Result<Parameters, ErrorPage> {
    read(state, application, jwt).map_err(|reason| {
        ErrorPage::new(
            StatusCode::BAD_REQUEST,
            "Invalid request object",
            &format!("The request object was refused: {reason}."),
            "The application signs it with a private key, whose public key it has at this tenant.",
        )
    })
}

fn read(
    state: &AppState,
    application: &Application,
    jwt: &str,
) -> Result<Parameters, &'static str> {
    if application.public_keys.is_empty() {
        return Err("the application has no public key at this tenant");
    }
    let (typ, claims) = verify(jwt, &application.public_keys)?;
    if typ.as_deref() != Some(TYPE) {
        return Err("its typ is not oauth-authz-req+jwt");
    }
    let client_id = &application.client_id;
    check_claims(&claims, client_id, &state.config.issuer, state.now())?;
    if text(&claims, "client_id") != Some(client_id) {
        return Err("its client_id is another one");
    }
    // RFC 9101 §4.
    if claims.contains_key("request") || claims.contains_key("request_uri") {
        return Err("it contains request or request_uri");
    }
    Parameters::from_claims(&claims).map_err(|_| "a parameter in it is not a string")
}
