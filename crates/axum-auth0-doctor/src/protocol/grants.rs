//! Grants besides those of a login.

use super::{
    super::{Check, Grant, Problem, SiteFeatures},
    lists,
};
use axum_auth0::provider::Metadata;

pub(super) const ID: &str = "grant";

pub(super) fn check(features: &SiteFeatures, metadata: &Metadata) -> Vec<Check> {
    let of_one = |&grant: &Grant| of_grant(grant, metadata).about(grant.name());
    features.grants.iter().map(of_one).collect()
}

fn of_grant(grant: Grant, metadata: &Metadata) -> Check {
    if grant == Grant::BackchannelLogin
        && let Some(missing) = missing_for_backchannel_login(metadata)
    {
        return Check::problem(
            ID,
            "The provider does not support logins that the user approves on another device.",
            Problem::new(
                "backchannel_login_not_supported",
                format!("Its metadata has no {missing} (OpenID Connect CIBA Core 1.0 §4)."),
                fix(grant),
            ),
        );
    }
    let name = grant.grant_type();
    match lists(metadata.grant_types_supported.as_ref(), &[name]) {
        Some(true) => Check::ok(
            ID,
            "The provider supports the grant; whether this application may use it shows its first use.",
        ),
        None => Check::skipped(
            ID,
            "Could not be checked: the provider does not list the grants that it supports (grant_types_supported).",
        ),
        // RFC 8414 §2: a provider may omit grants.
        Some(false) => Check::warning(
            ID,
            "The provider does not list the grant.",
            Problem::new(
                "grant_not_announced",
                format!(
                    "Its metadata (grant_types_supported) does not have {name}. That is a hint only: many providers support what they \
                     do not list."
                ),
                fix(grant),
            ),
        ),
    }
}

/// Only the delivery mode poll is implemented.
fn missing_for_backchannel_login(metadata: &Metadata) -> Option<&'static str> {
    if metadata.backchannel_authentication_endpoint.is_none() {
        return Some("backchannel_authentication_endpoint");
    }
    let modes = metadata.backchannel_token_delivery_modes_supported.as_ref();
    (lists(modes, &["poll"]) == Some(false))
        .then_some("poll in backchannel_token_delivery_modes_supported")
}

fn fix(grant: Grant) -> String {
    format!(
        "Switch the grant {} on (Auth0 dashboard > Applications > your application > Settings > Advanced Settings > Grant Types).",
        grant.name()
    )
}
