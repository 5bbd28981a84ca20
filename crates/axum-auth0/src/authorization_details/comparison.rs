//! Compares granted details with requested ones. RFC 9396 §6.1 leaves that to the type; this is the strict form that fits
//! every type.

use serde_json::{Map, Value};

/// Returns whether `granted` has every member of `requested`.
pub(super) fn covers_object(granted: &Value, requested: &Map<String, Value>) -> bool {
    requested.iter().all(|(name, value)| {
        granted
            .get(name)
            .is_some_and(|granted| covers(granted, value))
    })
}

fn covers(granted: &Value, requested: &Value) -> bool {
    match (granted, requested) {
        (Value::Object(_), Value::Object(requested)) => covers_object(granted, requested),
        (Value::Array(granted), Value::Array(requested)) => requested
            .iter()
            .all(|value| granted.iter().any(|granted| covers(granted, value))),
        _ => granted == requested,
    }
}
