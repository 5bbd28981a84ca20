//! Nonces of proofs (RFC 9449 §9): an HMAC of the minute, so that none is stored.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;

use crate::verifier_error::VerifierError;

/// How long a nonce is the current one, in seconds. It is accepted for as long again.
const PERIOD: i64 = 60;

/// Minimum length of the secret, in bytes.
const MIN_SECRET: usize = 32;

/// Length of a nonce, in bytes.
const LENGTH: usize = 16;

/// Computes and checks nonces.
pub(super) struct Nonces(hmac::Key);

impl Nonces {
    pub(super) fn new(secret: &[u8]) -> Result<Self, VerifierError> {
        if secret.len() < MIN_SECRET {
            return Err(VerifierError::NonceSecret);
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, secret)))
    }

    pub(super) fn current(&self, now: i64) -> String {
        self.of_period(now.div_euclid(PERIOD))
    }

    /// Returns whether this is the nonce of the current minute or of the one before. Nonces are public, so the comparison
    /// need not take constant time.
    pub(super) fn accepts(&self, nonce: &str, now: i64) -> bool {
        let period = now.div_euclid(PERIOD);
        [period, period - 1]
            .into_iter()
            .any(|period| self.of_period(period) == nonce)
    }

    fn of_period(&self, period: i64) -> String {
        let message = [b"DPoP nonce ".as_slice(), &period.to_be_bytes()].concat();
        let tag = hmac::sign(&self.0, &message);
        URL_SAFE_NO_PAD.encode(tag.as_ref().get(..LENGTH).unwrap_or_default())
    }
}

impl fmt::Debug for Nonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonces")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_accepted_for_one_to_two_minutes() {
        let nonces = Nonces::new(&[7; 32]).unwrap();
        let nonce = nonces.current(60);
        for now in [60, 119, 120, 179] {
            assert!(nonces.accepts(&nonce, now), "{now}");
        }
        for now in [59, 180, 100_000] {
            assert!(!nonces.accepts(&nonce, now), "{now}");
        }
    }

    #[test]
    fn replicas_with_one_secret_accept_each_others_nonces_and_no_others() {
        let nonce = Nonces::new(&[7; 32]).unwrap().current(60);
        assert!(Nonces::new(&[7; 32]).unwrap().accepts(&nonce, 60));
        assert!(!Nonces::new(&[8; 32]).unwrap().accepts(&nonce, 60));
        assert!(Nonces::new(&[7; 31]).is_err());
    }
}
