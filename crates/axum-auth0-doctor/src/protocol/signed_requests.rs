//! Signed authorization requests (JAR, RFC 9101). The login check sends one.

use super::{
    super::{Check, Problem},
    lists,
};
use axum_auth0::{
    config::{ClientCredentials, Config},
    provider::Metadata,
};

pub(super) const ID: &str = "signed_requests";

const PLACE: &str = "Auth0 dashboard > Applications > your application > Settings > Authorization Requests > Require \
                     JWT-Secured Authorization Requests";

pub(super) fn check(config: &Config, metadata: &Metadata) -> Option<Check> {
    if !metadata.require_signed_request_object && !config.signs_authorization_requests() {
        return None;
    }
    let ClientCredentials::PrivateKey { key, .. } = config.client_credentials() else {
        return Some(Check::problem(
            ID,
            "The provider requires signed authorization requests, and there is no key to sign them with.",
            Problem::new(
                "signed_requests_without_key",
                "Its metadata has require_signed_request_object (RFC 9101), and AUTH0_CLIENT_ASSERTION_SIGNING_KEY is not set, so no \
                 login starts.",
                format!(
                    "Set AUTH0_CLIENT_ASSERTION_SIGNING_KEY to a private key whose public key is registered for signed requests \
                     ({PLACE}), or switch the requirement off there."
                ),
            ),
        ));
    };
    let algorithm = key.algorithm().name();
    let supported = metadata
        .request_object_signing_alg_values_supported
        .as_ref();
    Some(match lists(supported, &[algorithm]) {
        Some(true) => Check::ok(
            ID,
            format!(
                "Logins sign their authorization request with {algorithm}, which the provider accepts."
            ),
        ),
        None => Check::skipped(
            ID,
            format!(
                "Logins sign their authorization request with {algorithm}; the provider does not list the algorithms that it \
                 accepts (request_object_signing_alg_values_supported). The login check sends such a request."
            ),
        ),
        Some(false) => Check::problem(
            ID,
            "The provider does not accept the signature of authorization requests, so no login starts.",
            Problem::new(
                "signed_requests_algorithm",
                format!(
                    "Requests are signed with {algorithm}, and its metadata (request_object_signing_alg_values_supported) has only \
                     {}.",
                    supported.map(|names| names.join(", ")).unwrap_or_default()
                ),
                format!(
                    "Set AUTH0_CLIENT_ASSERTION_SIGNING_ALG to one of these algorithms, with a key of that kind in \
                     AUTH0_CLIENT_ASSERTION_SIGNING_KEY, and register it with that algorithm ({PLACE})."
                ),
            ),
        ),
    })
}
