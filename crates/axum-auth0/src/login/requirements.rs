//! What a login requires: read from its parameters, and written for another attempt.

use std::{collections::HashMap, time::Duration};

use crate::step_up::StepUp;

/// The parameter that makes `acr_values` a requirement.
pub(super) const REQUIRE_ACR: &str = "require_acr";

/// Returns the parameters of another login that requires the same: without them, it would lead out of the organization, or not
/// suffice for what waits for it.
pub(super) fn requirements(
    step_up: Option<&StepUp>,
    organization: Option<&str>,
) -> Vec<(&'static str, String)> {
    let mut parameters = step_up.map(StepUp::login_parameters).unwrap_or_default();
    parameters.extend(organization.map(|organization| ("organization", organization.to_owned())));
    parameters
}

/// Returns what the ID token must prove: the age of the login, and `acr` if it is required.
///
/// # Errors
///
/// Returns the name of a parameter that is malformed.
pub(super) fn required_step_up(
    given: &HashMap<&'static str, String>,
) -> Result<Option<StepUp>, &'static str> {
    let max_age = match given.get("max_age") {
        Some(text) => Some(text.parse::<u32>().map_err(|_| "max_age")?),
        None => None,
    };
    let recent = max_age.map(|seconds| StepUp::recent_auth(Duration::from_secs(seconds.into())));
    let acr = match given.get(REQUIRE_ACR).map(String::as_str) {
        Some("true") => {
            let values = given.get("acr_values").ok_or(REQUIRE_ACR)?;
            let values: Vec<_> = values.split_ascii_whitespace().collect();
            (!values.is_empty())
                .then(|| StepUp::acr(values))
                .ok_or("acr_values")?
                .into()
        }
        Some(_) => return Err(REQUIRE_ACR),
        None => None,
    };
    Ok(match (recent, acr) {
        (Some(recent), Some(acr)) => Some(recent.and(acr)),
        (recent, acr) => recent.or(acr),
    })
}
