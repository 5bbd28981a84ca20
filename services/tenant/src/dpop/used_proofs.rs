//! The identifiers of proofs that were used (RFC 9449 §11.1).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Maximum number of identifiers. Beyond it, all proofs are refused until the first one expires.
const MAX_ENTRIES: usize = 100_000;

/// The identifiers with the time after which their proofs are too old anyway.
#[derive(Default)]
pub(super) struct UsedProofs(Mutex<HashMap<(String, String), i64>>);

impl UsedProofs {
    /// Records a proof. Returns `false` if it was used before.
    pub(super) fn insert(&self, thumbprint: &str, id: &str, expires_at: i64, now: i64) -> bool {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= MAX_ENTRIES {
            used.retain(|_, expires_at| *expires_at >= now);
        }
        let key = (thumbprint.to_owned(), id.to_owned());
        used.len() < MAX_ENTRIES && used.insert(key, expires_at).is_none()
    }
}
