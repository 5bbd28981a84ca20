//! Whether a token is a user's or a client's.

use axum_auth0_core::jwt::Claims;

use super::{
    rules::{ClientMarker, Rules},
    token_identity::Principal,
};

/// Returns the kind of principal. The subject of a client-credentials token is the client (RFC 9068 §2.2). Auth0
/// sets the subject to `CLIENT@clients`, and `gty` to the grant.
pub(super) fn principal_of(
    rules: &Rules,
    claims: &Claims,
    subject: &str,
    client: &str,
) -> Principal {
    let text = |name: &str| claims.get(name)?.as_str();
    let is_the_client = subject == client || subject.strip_suffix("@clients") == Some(client);
    let by_grant = text("gty") == Some("client-credentials");
    let by_profile = rules.client_markers.iter().any(|marker| match marker {
        ClientMarker::Lacks(name) => !claims.has(name),
        ClientMarker::Has(name, value) => text(name) == Some(value.as_ref()),
        ClientMarker::ServiceAccount(name) => text(name)
            .and_then(|name| name.strip_prefix("service-account-"))
            .is_some_and(|account| account.eq_ignore_ascii_case(client)),
    });
    if is_the_client || by_grant || by_profile {
        Principal::Client
    } else {
        Principal::User
    }
}
