//! A token's claims, read with their types insisted on.

use std::fmt;

use serde_json::{Map, Value};

/// A claim is missing or has a type that it must not have. The text names the claim, never its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// The claim is not there.
    #[error("the claim {0} is missing")]
    Missing(&'static str),
    /// The claim is there with another type than its specification says, or empty.
    #[error("the claim {0} is malformed")]
    Malformed(&'static str),
}

/// The members of a token's payload. `Debug` shows their names only.
///
/// A claim with the wrong type is an error and not an absent claim: `"exp": "tomorrow"` must not mean "never expires".
#[derive(Clone, PartialEq, Eq)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// Claims that are already parsed.
    pub fn new(members: Map<String, Value>) -> Self {
        Self(members)
    }

    /// A claim as it is. `null` counts as absent nowhere: it is a value of the wrong type.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Whether the claim is there, with whatever value.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// All members.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// All members, owned.
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }

    /// A string, or `None` where the claim is absent.
    ///
    /// # Errors
    /// [`ClaimError::Malformed`] if it is something else.
    pub fn string(&self, name: &'static str) -> Result<Option<&str>, ClaimError> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(ClaimError::Malformed(name)),
        }
    }

    /// A string that must be there and must not be empty.
    ///
    /// # Errors
    /// [`ClaimError`] if it is not.
    pub fn required_string(&self, name: &'static str) -> Result<&str, ClaimError> {
        match self.string(name)? {
            None => Err(ClaimError::Missing(name)),
            Some("") => Err(ClaimError::Malformed(name)),
            Some(text) => Ok(text),
        }
    }

    /// A `NumericDate` ([RFC 7519 §2](https://www.rfc-editor.org/rfc/rfc7519#section-2)) in whole seconds, rounded down, or `None` where
    /// the claim is absent. Some providers send fractions.
    ///
    /// # Errors
    /// [`ClaimError::Malformed`] if it is not a number, or one outside the range in which seconds are exact (±2⁵³).
    pub fn numeric_date(&self, name: &'static str) -> Result<Option<i64>, ClaimError> {
        match self.0.get(name) {
            None => Ok(None),
            Some(value) => seconds(value).map(Some).ok_or(ClaimError::Malformed(name)),
        }
    }

    /// A `NumericDate` that must be there.
    ///
    /// # Errors
    /// [`ClaimError`] if it is not.
    pub fn required_numeric_date(&self, name: &'static str) -> Result<i64, ClaimError> {
        self.numeric_date(name)?.ok_or(ClaimError::Missing(name))
    }

    /// `aud`: whom the token is for, one string or an array of strings
    /// ([RFC 7519 §4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)).
    ///
    /// # Errors
    /// [`ClaimError`] if it is absent, empty, or anything else.
    pub fn audience(&self) -> Result<Vec<&str>, ClaimError> {
        match self.0.get("aud") {
            None => Err(ClaimError::Missing("aud")),
            Some(Value::String(audience)) if !audience.is_empty() => Ok(vec![audience]),
            Some(Value::Array(audiences)) if !audiences.is_empty() => audiences
                .iter()
                .map(Value::as_str)
                .collect::<Option<_>>()
                .ok_or(ClaimError::Malformed("aud")),
            Some(_) => Err(ClaimError::Malformed("aud")),
        }
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

/// Up to here, every whole number is exact in the floating-point numbers of JSON.
const MAX_EXACT: i64 = 1 << 53;

fn seconds(value: &Value) -> Option<i64> {
    let Value::Number(number) = value else {
        return None;
    };
    let seconds = if let Some(whole) = number.as_i64() {
        whole
    } else {
        let floored = number.as_f64()?.floor();
        #[expect(clippy::cast_precision_loss, reason = "2^53 is exact in f64")]
        let limit = MAX_EXACT as f64;
        if !(-limit..=limit).contains(&floored) {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole number within ±2^53"
        )]
        let whole = floored as i64;
        whole
    };
    (-MAX_EXACT..=MAX_EXACT)
        .contains(&seconds)
        .then_some(seconds)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: Value) -> Claims {
        Claims::new(serde_json::from_value(value).unwrap())
    }

    #[test]
    fn numeric_dates_are_numbers_and_nothing_else() {
        for (value, expected) in [
            (json!(1_700_000_000), Some(1_700_000_000)),
            (json!(1_700_000_000.9), Some(1_700_000_000)),
            (json!(0), Some(0)),
            (json!(-5), Some(-5)),
            (json!(-0.5), Some(-1)),
            (json!("1700000000"), None),
            (json!(true), None),
            (json!(null), None),
            (json!([1_700_000_000]), None),
            (json!({}), None),
            (json!(1e308), None),
            (json!(u64::MAX), None),
            (json!(i64::MAX), None),
        ] {
            let claims = claims(json!({ "exp": value }));
            assert_eq!(
                claims.numeric_date("exp"),
                expected.map(Some).ok_or(ClaimError::Malformed("exp")),
                "{:?}",
                claims.get("exp")
            );
        }
        assert_eq!(
            claims(json!({})).required_numeric_date("exp"),
            Err(ClaimError::Missing("exp"))
        );
    }

    #[test]
    fn an_audience_is_one_string_or_an_array_of_strings() {
        for (value, expected) in [
            (json!("api"), Some(vec!["api"])),
            (json!(["api"]), Some(vec!["api"])),
            (json!(["api", "userinfo"]), Some(vec!["api", "userinfo"])),
            (json!(""), None),
            (json!([]), None),
            (json!(["api", 1]), None),
            (json!([["api"]]), None),
            (json!(7), None),
            (json!(null), None),
            (json!({"api": true}), None),
        ] {
            let claims = claims(json!({ "aud": value }));
            assert_eq!(claims.audience().ok(), expected, "{:?}", claims.get("aud"));
        }
    }

    #[test]
    fn strings_are_strings() {
        let claims =
            claims(json!({ "sub": "auth0|alice", "empty": "", "number": 5, "null": null }));
        assert_eq!(claims.required_string("sub"), Ok("auth0|alice"));
        assert_eq!(
            claims.required_string("empty"),
            Err(ClaimError::Malformed("empty"))
        );
        assert_eq!(
            claims.string("number"),
            Err(ClaimError::Malformed("number"))
        );
        assert_eq!(claims.string("null"), Err(ClaimError::Malformed("null")));
        assert_eq!(claims.string("absent"), Ok(None));
        assert_eq!(
            claims.required_string("absent"),
            Err(ClaimError::Missing("absent"))
        );
    }

    #[test]
    fn debug_shows_names_and_no_values() {
        let shown = format!("{:?}", claims(json!({ "email": "alice@example.com" })));
        assert_eq!(shown, r#"{"email"}"#);
    }
}
