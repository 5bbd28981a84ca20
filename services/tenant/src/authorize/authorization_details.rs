//! The parameter `authorization_details` (RFC 9396).

use serde_json::Value;

use crate::{activity_log::quoted, http::Parameters};

/// Parses the parameter: an array of objects whose `type` is one of `types` (RFC 9396 §2).
///
/// # Errors
/// Returns the description of the error `invalid_authorization_details` (§5).
pub(super) fn parse(parameters: &Parameters, types: &[String]) -> Result<Vec<Value>, String> {
    let Some(text) = parameters.get("authorization_details") else {
        return Ok(Vec::new());
    };
    let Ok(Value::Array(details)) = serde_json::from_str(text) else {
        return Err("authorization_details is not a JSON array.".to_owned());
    };
    for detail in &details {
        match detail.get("type").and_then(Value::as_str) {
            Some(name) if types.iter().any(|known| known == name) => {}
            Some(name) => {
                return Err(format!(
                    "Unknown authorization details type: {}",
                    quoted(name)
                ));
            }
            None => return Err("An authorization detail has no type.".to_owned()),
        }
    }
    Ok(details)
}

/// Returns the types of the details, for the activity log.
pub(super) fn types(details: &[Value]) -> String {
    let names: Vec<&str> = details
        .iter()
        .filter_map(|detail| detail.get("type").and_then(Value::as_str))
        .collect();
    names.join(", ")
}
