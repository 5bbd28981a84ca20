//! Nonces of proofs: a hash of the minute, so that none is stored.

use crate::opaque_id::{random_secret, sha256_base64url};

/// How long a nonce is the current one, in seconds. It is accepted for as long again.
const PERIOD: i64 = 60;

/// Generates and checks nonces, with a secret of the process.
pub(super) struct Nonces(String);

impl Nonces {
    pub(super) fn new() -> Self {
        Self(random_secret())
    }

    pub(super) fn current(&self, now: i64) -> String {
        self.of_period(now.div_euclid(PERIOD))
    }

    pub(super) fn accepts(&self, nonce: &str, now: i64) -> bool {
        let period = now.div_euclid(PERIOD);
        [period, period - 1]
            .into_iter()
            .any(|period| self.of_period(period) == nonce)
    }

    fn of_period(&self, period: i64) -> String {
        sha256_base64url(&format!("{} {period}", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_accepted_for_one_to_two_minutes_by_its_own_process() {
        let nonces = Nonces::new();
        let nonce = nonces.current(60);
        for now in [60, 119, 120, 179] {
            assert!(nonces.accepts(&nonce, now), "{now}");
        }
        assert!(!nonces.accepts(&nonce, 180));
        assert!(!nonces.accepts(&nonce, 59));
        assert!(!Nonces::new().accepts(&nonce, 60));
    }
}
