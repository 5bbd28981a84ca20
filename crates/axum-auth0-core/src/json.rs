//! Optional members of JSON objects from providers.
//!
//! Some providers represent an absent value as `null` or as an empty string. Both count as absent in metadata, token
//! responses, userinfo, JWKs, JWT headers and JWT claims.

use serde_json::{Map, Value};

/// Returns the member `name`, or `None` if it is absent, `null` or an empty string.
pub fn member<'object>(object: &'object Map<String, Value>, name: &str) -> Option<&'object Value> {
    object.get(name).filter(|value| !is_empty(value))
}

/// Removes every member that is `null` or an empty string.
pub fn remove_empty(object: &mut Map<String, Value>) {
    object.retain(|_, value| !is_empty(value));
}

/// Returns whether a value counts as absent.
pub fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn null_and_an_empty_string_are_no_value() {
        let object = object(json!({
            "null": null, "empty": "", "blank": " ", "zero": 0, "no": false, "list": [], "object": {},
        }));
        for name in ["absent", "null", "empty"] {
            assert_eq!(member(&object, name), None, "{name}");
        }
        for name in ["blank", "zero", "no", "list", "object"] {
            assert!(member(&object, name).is_some(), "{name}");
        }
    }

    #[test]
    fn only_members_without_a_value_are_removed() {
        let mut object = object(json!({ "a": null, "b": "", "c": 0, "d": { "e": null } }));
        remove_empty(&mut object);
        assert_eq!(Value::Object(object), json!({ "c": 0, "d": { "e": null } }));
    }
}
