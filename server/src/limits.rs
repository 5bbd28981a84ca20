//! Limits of the server, so that an overload costs some users an error instead of everyone the site.

use std::{num::NonZeroU32, thread};

use axum_auth0::Variables;

use crate::options::{OptionsError, parse};

/// Maximum numbers of what the server does at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Maximum number of requests in progress. Further ones wait.
    pub requests: NonZeroU32,
    /// Maximum number of requests that wait, for up to a second. Further ones get 503 at once.
    pub waiting: u32,
    /// Maximum number of connections. Further ones wait until one closes.
    pub connections: NonZeroU32,
}

/// Requests in progress for each core. `docs/deploying.md` has the measurements and the reasons.
const REQUESTS_PER_CORE: NonZeroU32 = NonZeroU32::new(256).expect("not zero");
const CONNECTIONS: NonZeroU32 = NonZeroU32::new(4_096).expect("not zero");

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests: requests_on(thread::available_parallelism().map_or(1, usize::from)),
            // One of each connection. Only the streams of HTTP/2 can be more.
            waiting: CONNECTIONS.get(),
            connections: CONNECTIONS,
        }
    }
}

/// Returns the default for a machine: as many requests as its cores can answer in a time that does not depend on their number.
fn requests_on(cores: usize) -> NonZeroU32 {
    let cores = u32::try_from(cores).ok().and_then(NonZeroU32::new);
    REQUESTS_PER_CORE.saturating_mul(cores.unwrap_or(NonZeroU32::MIN))
}

impl Limits {
    /// Reads `SERVER_MAX_REQUESTS`, `SERVER_MAX_WAITING` and `SERVER_MAX_CONNECTIONS`.
    ///
    /// # Errors
    ///
    /// [`OptionsError`] if a value is not a number, or zero for one of the others than `SERVER_MAX_WAITING`.
    pub fn read(variables: &Variables) -> Result<Self, OptionsError> {
        let number = |name, default| parse(variables, name, "a number above zero", default);
        let default = Self::default();
        let connections = number("SERVER_MAX_CONNECTIONS", default.connections)?;
        Ok(Self {
            requests: number("SERVER_MAX_REQUESTS", default.requests)?,
            waiting: parse(
                variables,
                "SERVER_MAX_WAITING",
                "a number",
                connections.get(),
            )?,
            connections,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_default_grows_with_the_cores() {
        assert_eq!(requests_on(1), REQUESTS_PER_CORE);
        assert_eq!(requests_on(4).get(), 1_024);
        assert_eq!(requests_on(usize::MAX), REQUESTS_PER_CORE);
        assert!(Limits::default().requests >= REQUESTS_PER_CORE);
    }

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

    #[test]
    fn as_many_requests_wait_as_there_are_connections_unless_set() {
        let read = |variables: &[(&str, &str)]| Limits::read(&variables.iter().copied().collect());
        let connections = ("SERVER_MAX_CONNECTIONS", "100");
        assert_eq!(read(&[connections]).unwrap().waiting, 100);
        let none = read(&[connections, ("SERVER_MAX_WAITING", "0")]).unwrap();
        assert_eq!(none.waiting, 0);
        let error = read(&[("SERVER_MAX_WAITING", "-1")])
            .unwrap_err()
            .to_string();
        assert_eq!(error, "SERVER_MAX_WAITING: `-1` is not a number");
    }
}
