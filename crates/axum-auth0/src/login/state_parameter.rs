//! The `state` parameter of an authorization request. It is sealed and contains the data to restart the login if the
//! callback has no transaction cookie.

use serde::{Deserialize, Serialize};

use super::parameters::LoginParameters;
use crate::{
    random::{self, RandomSource},
    return_to::ReturnTo,
    seal::{Keyring, Purpose},
};

/// Limit for the parameters that `state` contains for a restart, in bytes: `state` is part of two URLs.
const MAX_FORWARDED_BYTES: usize = 512;

/// Maximum number of restarts of a login if its cookie is missing or the provider's own session timed out.
const MAX_RESTARTS: u8 = 1;

/// The content of `state`.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct StateParameter {
    id: String,
    return_to: ReturnTo,
    created_at: i64,
    /// The number of restarts of this login.
    attempt: u8,
    /// The parameters that the login forwarded to the provider. `None` if they are too long for `state`.
    #[serde(default, rename = "passed_on")]
    forwarded: Option<Vec<(String, String)>>,
}

impl StateParameter {
    pub(super) fn new(
        parameters: &LoginParameters,
        attempt: u8,
        now: i64,
        random: &dyn RandomSource,
    ) -> Self {
        Self {
            id: random::base64url::<16>(random),
            return_to: parameters.return_to.clone(),
            created_at: now,
            attempt,
            forwarded: parameters.to_pairs(MAX_FORWARDED_BYTES),
        }
    }

    /// Returns the parameters for a restart of the login and the number of the attempt, or `None` if the login was
    /// already restarted or is at least `max_age` seconds old.
    pub(super) fn restart(self, now: i64, max_age: i64) -> Option<(LoginParameters, u8)> {
        let is_fresh = (0..max_age).contains(&now.checked_sub(self.created_at)?);
        let parameters = LoginParameters::from_pairs(self.return_to, &self.forwarded?)?;
        (is_fresh && self.attempt < MAX_RESTARTS).then_some((parameters, self.attempt + 1))
    }

    pub(super) fn seal(&self, keys: &Keyring) -> String {
        let plain = serde_json::to_vec(self).expect("strings and numbers are always JSON");
        keys.seal_text(Purpose::State, b"", &plain)
    }

    /// Opens a sealed `state`. Returns `None` if this site did not seal it.
    pub(super) fn open(keys: &Keyring, sealed: &str) -> Option<Self> {
        let plain = keys.open_text(Purpose::State, b"", sealed).ok()?;
        serde_json::from_slice(&plain).ok()
    }
}
