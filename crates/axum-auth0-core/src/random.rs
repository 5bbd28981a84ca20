//! Randomness, injected, so that tests can say what comes.

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::TryRngCore as _;

/// Where the engine gets random bytes from.
pub trait RandomSource: fmt::Debug + Send + Sync + 'static {
    /// Fills `bytes` with random bytes that nobody can predict.
    fn fill(&self, bytes: &mut [u8]);
}

/// A source that many parts share.
pub type SharedRandom = Arc<dyn RandomSource>;

/// The random numbers of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl SystemRandom {
    /// The system's source, ready to be shared.
    pub fn shared() -> SharedRandom {
        Arc::new(Self)
    }
}

impl RandomSource for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        if rand::rngs::OsRng.try_fill_bytes(bytes).is_err() {
            // The system's source does not fail once it has been seeded; the thread's own generator was seeded from it.
            rand::RngCore::fill_bytes(&mut rand::rng(), bytes);
        }
    }
}

/// `N` random bytes.
pub fn bytes<const N: usize>(random: &dyn RandomSource) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}

/// `N` random bytes as base64url without padding.
pub fn base64url<const N: usize>(random: &dyn RandomSource) -> String {
    URL_SAFE_NO_PAD.encode(bytes::<N>(random))
}
