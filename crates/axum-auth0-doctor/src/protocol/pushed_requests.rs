//! Pushed authorization requests (RFC 9126). The login check sends one.

use super::super::{Check, Problem};
use axum_auth0::{config::Config, provider::Metadata};

pub(super) const ID: &str = "pushed_requests";

pub(super) fn check(config: &Config, metadata: &Metadata) -> Option<Check> {
    let is_required = metadata.require_pushed_authorization_requests;
    if !is_required && !config.push_authorization_requests() {
        return None;
    }
    if let Some(endpoint) = &metadata.pushed_authorization_request_endpoint {
        let why = if is_required {
            "as the provider requires it"
        } else {
            "as AUTH0_PUSHED_AUTHORIZATION_REQUESTS has it"
        };
        let summary = format!("Logins push their authorization request to {endpoint}, {why}.");
        return Some(Check::ok(ID, summary));
    }
    let place = "Let the provider take pushed authorization requests (Auth0 dashboard > Settings > Advanced > Allow Pushed \
                 Authorization Requests (PAR))";
    let (why, fix) = if is_required {
        ("It requires them (RFC 9126)", format!("{place}."))
    } else {
        (
            "AUTH0_PUSHED_AUTHORIZATION_REQUESTS is true",
            format!("{place}, or set AUTH0_PUSHED_AUTHORIZATION_REQUESTS=false."),
        )
    };
    Some(Check::problem(
        ID,
        "The provider does not take pushed authorization requests, so no login starts.",
        Problem::new(
            "pushed_requests_not_supported",
            format!("{why}, but its metadata has no pushed_authorization_request_endpoint."),
            fix,
        ),
    ))
}
