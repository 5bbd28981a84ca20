//! Keys that make two submissions of one form one order.

use axum_auth0::random::{RandomSource as _, SystemRandom};
use std::fmt::Write as _;

/// Returns 128 random bits in hexadecimal, so that the keys of different orders never collide.
pub(crate) fn new_idempotency_key() -> String {
    let mut bits = [0; 16];
    SystemRandom.fill(&mut bits);
    bits.iter()
        .fold(String::with_capacity(32), |mut key, byte| {
            _ = write!(key, "{byte:02x}");
            key
        })
}
