//! Typed access to a token's claims.

use std::fmt;

use serde_json::{Map, Value};

use crate::json;

/// The error for a missing or malformed claim. The message contains the name of the claim, but not its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// The claim is absent.
    #[error("the claim {0} is missing")]
    Missing(&'static str),
    /// The claim is required, and its value is `null` or an empty string.
    #[error("the claim {0} is required, but its value is null or empty")]
    Empty(&'static str),
    /// The claim has another type than specified, or its value is out of range.
    #[error("the claim {0} is malformed")]
    Malformed(&'static str),
}

impl ClaimError {
    /// Returns the name of the claim.
    pub fn claim(&self) -> &'static str {
        match self {
            Self::Missing(name) | Self::Empty(name) | Self::Malformed(name) => name,
        }
    }
}

/// The members of a token's payload. `Debug` shows their names only.
///
/// An optional claim that is `null` or an empty string counts as absent. A claim with the wrong type is an error and
/// does not count as absent: `"exp": "tomorrow"` must not mean "never expires".
#[derive(Clone, PartialEq, Eq)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// Creates claims from parsed members.
    pub fn new(members: Map<String, Value>) -> Self {
        Self(members)
    }

    /// Returns a claim, or `None` if it is absent, `null` or an empty string.
    pub fn get(&self, name: &str) -> Option<&Value> {
        json::member(&self.0, name)
    }

    /// Returns whether the claim has a value of any type.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Returns all members unchanged, including empty ones.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Returns all members unchanged, owned.
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }

    /// Returns a string, or `None` if the claim has no value.
    ///
    /// # Errors
    /// [`ClaimError::Malformed`] if the value is not a string.
    pub fn string(&self, name: &'static str) -> Result<Option<&str>, ClaimError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(ClaimError::Malformed(name)),
        }
    }

    /// Returns a required string.
    ///
    /// # Errors
    /// [`ClaimError`] if the claim has no value or the wrong type.
    pub fn required_string(&self, name: &'static str) -> Result<&str, ClaimError> {
        self.string(name)?.ok_or_else(|| self.absent(name))
    }

    /// Returns a `NumericDate` ([RFC 7519 §2](https://www.rfc-editor.org/rfc/rfc7519#section-2)) in whole seconds,
    /// rounded down, or `None` if the claim has no value. Fractions and exponents are accepted.
    ///
    /// # Errors
    /// [`ClaimError::Malformed`] if the value is not a number, or is outside the range of exact integers (±2⁵³).
    pub fn numeric_date(&self, name: &'static str) -> Result<Option<i64>, ClaimError> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => numeric_date(value)
                .map(Some)
                .ok_or(ClaimError::Malformed(name)),
        }
    }

    /// Returns a required `NumericDate`.
    ///
    /// # Errors
    /// [`ClaimError`] if the claim has no value or the wrong type.
    pub fn required_numeric_date(&self, name: &'static str) -> Result<i64, ClaimError> {
        self.numeric_date(name)?.ok_or_else(|| self.absent(name))
    }

    /// Returns the audiences in `aud`: one string or an array of strings
    /// ([RFC 7519 §4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)).
    ///
    /// # Errors
    /// [`ClaimError`] if the claim has no value, is an empty array, or has another type.
    pub fn audience(&self) -> Result<Vec<&str>, ClaimError> {
        match self.get("aud") {
            None => Err(self.absent("aud")),
            Some(Value::String(audience)) => Ok(vec![audience]),
            Some(Value::Array(audiences)) if !audiences.is_empty() => audiences
                .iter()
                .map(Value::as_str)
                .collect::<Option<_>>()
                .ok_or(ClaimError::Malformed("aud")),
            Some(_) => Err(ClaimError::Malformed("aud")),
        }
    }

    /// Returns the error for a required claim without a value.
    fn absent(&self, name: &'static str) -> ClaimError {
        if self.0.contains_key(name) {
            ClaimError::Empty(name)
        } else {
            ClaimError::Missing(name)
        }
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

/// Maximum integer up to which every integer is exact in a JSON floating-point number.
const MAX_EXACT: i64 = 1 << 53;

/// Reads a `NumericDate` as [`Claims::numeric_date`] does, for a claim that is not at the top level.
pub fn numeric_date(value: &Value) -> Option<i64> {
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
mod tests;
