//! When and how a user logged in.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::jwt::Claims;

/// When and how the user logged in at the provider, according to the verified ID token of the login.
///
/// A refresh does not change it: only a new login does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authentication {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    acr: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    amr: Vec<String>,
}

impl Authentication {
    /// Reads the claims of an ID token. A claim of the wrong type counts as absent, so it satisfies no requirement.
    pub(crate) fn of(claims: &Claims) -> Self {
        let amr = match claims.get("amr") {
            Some(Value::Array(methods)) => methods
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            // Some providers send a single method as a string.
            Some(Value::String(method)) => vec![method.clone()],
            _ => Vec::new(),
        };
        Self {
            auth_time: claims.numeric_date("auth_time").ok().flatten(),
            acr: claims.string("acr").ok().flatten().map(str::to_owned),
            amr,
        }
    }

    /// Returns `auth_time`: when the user proved their identity at the provider, in seconds since 1970. Providers may omit
    /// it, unless the login requested `max_age`.
    pub fn auth_time(&self) -> Option<i64> {
        self.auth_time
    }

    /// Returns `acr`: the authentication context class that the login satisfied.
    pub fn acr(&self) -> Option<&str> {
        self.acr.as_deref()
    }

    /// Returns `amr`: the methods of the login, such as `pwd` and `mfa` (RFC 8176).
    pub fn amr(&self) -> &[String] {
        &self.amr
    }
}

#[cfg(feature = "testing")]
impl Authentication {
    /// Returns an authentication for a test.
    pub(crate) fn for_test(auth_time: Option<i64>, acr: Option<String>, amr: Vec<String>) -> Self {
        Self {
            auth_time,
            acr,
            amr,
        }
    }
}
