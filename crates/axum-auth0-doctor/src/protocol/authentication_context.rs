//! Authentication context classes (`acr`), such as a second factor, that pages or actions require.

use super::{
    super::{Check, Problem, SiteFeatures, page_text::printable},
    lists,
};
use axum_auth0::provider::Metadata;

pub(super) const ID: &str = "acr";

pub(super) fn check(features: &SiteFeatures, metadata: &Metadata) -> Vec<Check> {
    let of_one = |accepted: &Vec<String>| of_requirement(accepted, metadata);
    features.acr_values.iter().map(of_one).collect()
}

/// Checks that the provider supports one of the accepted classes.
fn of_requirement(accepted: &[String], metadata: &Metadata) -> Check {
    let names = accepted.join(" or ");
    let request = if metadata.claims_parameter_supported {
        "Logins require it with the parameter claims."
    } else {
        "Logins ask for it with acr_values, which the provider may ignore, because its metadata has no claims_parameter_supported; \
         what the ID token says is checked in any case."
    };
    let supported = metadata.acr_values_supported.as_ref();
    match lists(supported, accepted) {
        Some(true) => Check::ok(
            ID,
            format!("The provider supports logins with acr {names}. {request}"),
        ),
        None => Check::skipped(
            ID,
            format!(
                "Could not be checked: the provider does not list the classes that it supports (acr_values_supported). {request}"
            ),
        ),
        Some(false) => Check::problem(
            ID,
            "The provider does not support a login that pages or actions of this site require.",
            Problem::new(
                "acr_not_supported",
                format!(
                    "They require acr {names}, and its metadata (acr_values_supported) has {}.",
                    listed(supported)
                ),
                "Let the provider ask for a second factor when a login has acr_values (Auth0 dashboard > Security > Multi-factor \
                 Auth, and an Action that calls api.multifactor.enable), or require a class that it has: \
                 StepUp::acr([…]).",
            ),
        ),
    }
}

fn listed(supported: Option<&Vec<String>>) -> String {
    match supported {
        Some(names) if !names.is_empty() => printable(&names.join(", ")),
        _ => "none".to_owned(),
    }
}
