//! The skipped entries of a JWK Set.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

/// The reason why an entry of a JWK Set is skipped.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub(super) enum SkipReason {
    #[error("it is not a JSON object")]
    NotAnObject,
    #[error("it is not for signatures (use, key_ops)")]
    NotForSignatures,
    #[error("its key type or its curve (kty, crv) is not supported")]
    UnsupportedType,
    #[error("its algorithm (alg) is not supported, or does not belong to its key type")]
    UnsupportedAlgorithm,
    #[error("its member {0} is missing or malformed")]
    Malformed(&'static str),
    #[error("its member {0} is not base64url without padding (RFC 7518 §2)")]
    NotBase64Url(&'static str),
    #[error(
        "it is a private or a symmetric key, and published with its secret part it is no secret any more"
    )]
    Secret,
    #[error("it is an RSA key of {bits} bits; 2048 to 4096 are used")]
    RsaSize { bits: usize },
    #[error("its RSA modulus or exponent is unsound")]
    UnsoundRsa,
    #[error(
        "its RSA modulus has the fingerprint of ROCA (CVE-2017-15361), so its private key can be computed"
    )]
    Roca,
    #[error("it is not a point on its curve")]
    NotOnCurve,
    #[error("it is a point of small order, whose signatures anyone can make")]
    SmallOrder,
}

impl SkipReason {
    /// Returns whether providers regularly publish such entries together with usable keys.
    fn is_ordinary(&self) -> bool {
        matches!(
            self,
            Self::NotForSignatures | Self::UnsupportedType | Self::UnsupportedAlgorithm
        )
    }
}

/// A skipped entry of a JWK Set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SkippedKey {
    /// `kid`, or the position in the set.
    name: String,
    reason: SkipReason,
}

impl SkippedKey {
    pub(super) fn new(position: usize, id: Option<&str>, reason: SkipReason) -> Self {
        let name = id.map_or_else(
            || format!("number {}, without kid", position + 1),
            |id| id.escape_debug().take(80).collect(),
        );
        Self { name, reason }
    }
}

/// The skipped keys that are already logged. Fetching the same set again does not log them again.
#[derive(Debug, Default)]
pub(super) struct SkippedKeys(Mutex<BTreeSet<SkippedKey>>);

impl SkippedKeys {
    /// Logs each newly skipped key with the reason.
    pub(super) fn report(&self, skipped: Vec<SkippedKey>) {
        let skipped: BTreeSet<_> = skipped.into_iter().collect();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for SkippedKey { name, reason } in skipped.difference(&known) {
            if reason.is_ordinary() {
                tracing::info!(key = %name, %reason, "skipped a key of the provider");
            } else {
                tracing::warn!(key = %name, %reason, "skipped a key of the provider");
            }
        }
        *known = skipped;
    }
}
