//! Client authentication with a certificate: `tls_client_auth` and `self_signed_tls_client_auth` (RFC 8705 §2).

use axum::http::StatusCode;
use sqlx::SqliteConnection;

use crate::{
    http::{OAuthError, Parameters},
    mutual_tls::TlsPeer,
    settings::RegisteredCertificate,
    state::AppState,
    store::applications::{self, Application},
};

/// Authenticates the application by the certificate of the connection. Returns `None` if the application has no registered
/// certificate.
pub(super) async fn authenticate(
    state: &AppState,
    connection: &mut SqliteConnection,
    parameters: &Parameters,
    peer: &TlsPeer,
) -> Result<Option<Application>, OAuthError> {
    let Some(client_id) = parameters.get("client_id") else {
        return Ok(None);
    };
    let found = applications::find(connection, client_id).await?;
    let Some(application) = found.filter(|found| !found.client_certificates.is_empty()) else {
        return Ok(None);
    };
    let mut reason = "the request has none";
    for registered in &application.client_certificates {
        match check(state, peer, registered) {
            Ok(()) => return Ok(Some(application)),
            Err(error) => reason = error,
        }
    }
    Err(OAuthError::new(
        StatusCode::UNAUTHORIZED,
        "invalid_client",
        format!("The client certificate was refused: {reason}."),
    ))
}

fn check(
    state: &AppState,
    peer: &TlsPeer,
    registered: &RegisteredCertificate,
) -> Result<(), &'static str> {
    let mutual_tls = state.mutual_tls.as_ref();
    let mutual_tls = mutual_tls.ok_or("the tenant has no TLS listener")?;
    let presented = peer.thumbprint().ok_or(
        "the request has none; the endpoints for clients with a certificate are in mtls_endpoint_aliases",
    )?;
    match registered {
        RegisteredCertificate::DnsName(name) => mutual_tls.check_issued(peer, name),
        RegisteredCertificate::SelfSigned { thumbprint } if *thumbprint == presented => Ok(()),
        RegisteredCertificate::SelfSigned { .. } => Err("it is not a registered one"),
    }
}
