//! Access tokens that are bound to a key (RFC 9449), which `AUTH0_DPOP` requires.

use super::{
    super::{Check, Problem},
    lists,
};
use axum_auth0::{config::Config, provider::Metadata};

pub(super) const ID: &str = "dpop";

pub(super) fn check(config: &Config, metadata: &Metadata) -> Option<Check> {
    if !config.dpop() {
        return None;
    }
    let fix = "Let the provider bind access tokens by DPoP (Auth0 dashboard > Applications > APIs > your API > Settings > Token \
               Sender-Constraining), or set AUTH0_DPOP=false.";
    let supported = metadata.dpop_signing_alg_values_supported.as_ref();
    Some(match lists(supported, &["ES256"]) {
        Some(true) => Check::ok(
            ID,
            "The provider supports access tokens that are bound to a key (DPoP).",
        ),
        Some(false) => Check::problem(
            ID,
            "The provider does not support the DPoP proofs of this site.",
            Problem::new(
                "dpop_algorithm",
                "Its metadata (dpop_signing_alg_values_supported) does not have ES256.",
                fix,
            ),
        ),
        None => Check::warning(
            ID,
            "The provider does not announce access tokens that are bound to a key.",
            Problem::new(
                "dpop_not_announced",
                "AUTH0_DPOP is true, and its metadata has no dpop_signing_alg_values_supported. If it issues bearer tokens, \
                 every login fails.",
                fix,
            ),
        ),
    })
}
