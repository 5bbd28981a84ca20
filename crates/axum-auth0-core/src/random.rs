//! An injected source of random bytes. Tests set the bytes.

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::TryRngCore as _;

/// A source of random bytes.
pub trait RandomSource: fmt::Debug + Send + Sync + 'static {
    /// Fills `bytes` with unpredictable random bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// A shared source of random bytes.
pub type SharedRandom = Arc<dyn RandomSource>;

/// The random number generator of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl SystemRandom {
    /// Returns a shared system source.
    pub fn shared() -> SharedRandom {
        Arc::new(Self)
    }
}

impl RandomSource for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        if rand::rngs::OsRng.try_fill_bytes(bytes).is_err() {
            // The system's source does not fail after it is seeded. It also seeds the generator of the thread.
            rand::RngCore::fill_bytes(&mut rand::rng(), bytes);
        }
    }
}

/// Returns `N` random bytes.
pub fn bytes<const N: usize>(random: &dyn RandomSource) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}

/// Returns `N` random bytes as base64url without padding.
pub fn base64url<const N: usize>(random: &dyn RandomSource) -> String {
    URL_SAFE_NO_PAD.encode(bytes::<N>(random))
}
