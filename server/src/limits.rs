//! Limits of the server, so that an overload costs some users an error instead of everyone the site.

use std::num::NonZeroU32;

use axum_auth0::Variables;

use crate::options::{OptionsError, parse};

/// Maximum numbers of what the server does at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Maximum number of requests in progress. Further ones get 503.
    pub requests: NonZeroU32,
    /// Maximum number of connections. Further ones wait until one closes.
    pub connections: NonZeroU32,
}

/// `docs/deploying.md` has the measurements and the reasons.
const REQUESTS: NonZeroU32 = NonZeroU32::new(256).expect("not zero");
const CONNECTIONS: NonZeroU32 = NonZeroU32::new(4_096).expect("not zero");

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests: REQUESTS,
            connections: CONNECTIONS,
        }
    }
}

impl Limits {
    /// Reads `SERVER_MAX_REQUESTS` and `SERVER_MAX_CONNECTIONS`.
    ///
    /// # Errors
    ///
    /// [`OptionsError`] if a value is not a number above zero.
    pub fn read(variables: &Variables) -> Result<Self, OptionsError> {
        let number = |name, default| parse(variables, name, "a number above zero", default);
        Ok(Self {
            requests: number("SERVER_MAX_REQUESTS", REQUESTS)?,
            connections: number("SERVER_MAX_CONNECTIONS", CONNECTIONS)?,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn limits_are_numbers_above_zero() {
        let read = |value: &str| {
            let variables: Variables = [("SERVER_MAX_REQUESTS", value)].into_iter().collect();
            Limits::read(&variables)
        };
        assert_eq!(read("10").unwrap().requests.get(), 10);
        assert_eq!(read("").unwrap(), Limits::default());
        for value in ["0", "-1", "many"] {
            let error = read(value).unwrap_err().to_string();
            let expected = format!("SERVER_MAX_REQUESTS: `{value}` is not a number above zero");
            assert_eq!(error, expected);
        }
    }
}
