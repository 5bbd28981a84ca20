//! Types of `authorization_details` (RFC 9396) that logins ask for.

use super::super::{Check, Problem, SiteFeatures};
use axum_auth0::provider::Metadata;

pub(super) const ID: &str = "authorization_details";

pub(super) fn check(features: &SiteFeatures, metadata: &Metadata) -> Option<Check> {
    let used = &features.authorization_details;
    if used.is_empty() {
        return None;
    }
    let Some(supported) = &metadata.authorization_details_types_supported else {
        return Some(Check::skipped(
            ID,
            "Could not be checked: the provider does not list the types that it supports \
             (authorization_details_types_supported).",
        ));
    };
    let missing: Vec<&str> = used
        .iter()
        .filter(|name| !supported.contains(name))
        .map(String::as_str)
        .collect();
    if missing.is_empty() {
        let summary = format!(
            "The provider supports authorization details of the type {}.",
            used.join(", ")
        );
        return Some(Check::ok(ID, summary));
    }
    Some(Check::problem(
        ID,
        "The provider does not support authorization details that logins ask for.",
        Problem::new(
            "authorization_details_not_supported",
            format!(
                "Logins ask for the type {}, which its metadata (authorization_details_types_supported) does not have. They do \
                 not start.",
                missing.join(", ")
            ),
            "Register the type at the provider, for the API that it belongs to (Auth0 dashboard > Applications > APIs > your API), or \
             compare its spelling with AuthorizationDetail::new.",
        ),
    ))
}
