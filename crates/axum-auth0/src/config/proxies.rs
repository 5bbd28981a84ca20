//! Reverse proxies, and rate limits per client address.

use std::num::NonZeroU32;

use super::{
    problems::Problems,
    variable::{self, Variable},
};
use crate::trusted_proxies::TrustedProxies;

/// Maximum of a rate limit, per minute.
const MAX_RATE: u32 = 1_000_000;

/// The rate limits of the engine's routes: requests per minute and client address. `None` means no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    pub(crate) login: Option<NonZeroU32>,
    pub(crate) backchannel_logout: Option<NonZeroU32>,
}

impl RateLimits {
    /// Returns `AUTH0_LOGIN_RATE_LIMIT`: the limit of the login route, and that of the callback.
    pub fn login(&self) -> Option<NonZeroU32> {
        self.login
    }

    /// Returns `AUTH0_BACKCHANNEL_LOGOUT_RATE_LIMIT`: the limit of the route for back-channel logouts.
    pub fn backchannel_logout(&self) -> Option<NonZeroU32> {
        self.backchannel_logout
    }
}

pub(super) fn rate_limits(problems: &mut Problems<'_>) -> RateLimits {
    RateLimits {
        login: rate(problems, variable::LOGIN_RATE_LIMIT),
        backchannel_logout: rate(problems, variable::BACKCHANNEL_RATE_LIMIT),
    }
}

fn rate(problems: &mut Problems<'_>, variable: Variable) -> Option<NonZeroU32> {
    let default = variable.default.and_then(|default| default.parse().ok());
    match problems.get(variable).map(str::parse::<u32>) {
        None => default.and_then(NonZeroU32::new),
        Some(Ok(given)) if given <= MAX_RATE => NonZeroU32::new(given),
        Some(_) => {
            let problem = format!(
                "must be a number of requests per minute up to {MAX_RATE}, or 0 for no limit"
            );
            problems.add(variable, problem);
            None
        }
    }
}

pub(super) fn trusted_proxies(problems: &mut Problems<'_>) -> TrustedProxies {
    let variable = variable::TRUSTED_PROXIES;
    let Some(list) = problems.get(variable) else {
        return TrustedProxies::default();
    };
    match TrustedProxies::parse(list) {
        Ok(proxies) => {
            if proxies.trusts_everyone() {
                problems.warn(
                    variable.name,
                    "trusts every address, so a client that reaches this server directly can claim any address",
                    format!("{}={}", variable.name, variable.example),
                );
            }
            proxies
        }
        Err(entry) => {
            let problem =
                format!("`{entry}` is neither an IP address nor a network such as 10.0.0.0/8");
            problems.add(variable, problem);
            TrustedProxies::default()
        }
    }
}
