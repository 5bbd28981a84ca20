//! Markers of ended sessions, for logins that are in flight while the sessions end.
//!
//! The end of sessions is a marker first, and then the deletion of the logins. A login inserts its row first and then reads
//! the markers. Whatever the order is, one of the two sees the other.

use sha2::{Digest as _, Sha256};

use crate::{
    oauth::LEEWAY,
    store::{SharedStore, StoreError},
};

/// How long a marker is kept, in seconds: as long as a pending login, and the clock leeway.
const MARKER_TTL: i64 = 600 + 2 * LEEWAY;

/// Maximum number of attempts to write a marker. An attempt fails only if the marker expires or is created meanwhile.
const MAX_ATTEMPTS: usize = 3;

/// Which sessions have ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum EndMarker<'a> {
    /// One session at the provider (`sid`).
    ProviderSession(&'a str),
    /// All sessions of a user (`sub`) that the provider created until `iat` of the logout token.
    Subject(&'a str),
    /// All sessions of a user (`sub`) whose login started until the time of the revocation, by the clock of the site.
    Revoked(&'a str),
}

impl EndMarker<'_> {
    fn key(self, issuer: &str) -> [u8; 32] {
        let (kind, name) = match self {
            Self::ProviderSession(sid) => ("sid", sid),
            Self::Subject(subject) => ("sub", subject),
            Self::Revoked(subject) => ("revoked", subject),
        };
        let mut hash = Sha256::new();
        hash.update("axum-auth0/logout-marker");
        // A length before each part: no two lists of parts have the same bytes.
        for part in [kind, issuer, name] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }

    /// Records that the sessions ended at `time`, in seconds since 1970. `now` is the time of this site.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub(crate) async fn write(
        self,
        store: &SharedStore,
        issuer: &str,
        time: i64,
        now: i64,
    ) -> Result<(), StoreError> {
        let (key, expires_at) = (self.key(issuer), now + MARKER_TTL);
        for _ in 0..MAX_ATTEMPTS {
            let value = time.to_be_bytes().to_vec();
            if store.create_record(&key, value, expires_at).await? {
                return Ok(());
            }
            // A delayed logout token does not move the time back.
            let latest = read(store, &key, now)
                .await?
                .map_or(time, |old| old.max(time));
            let value = latest.to_be_bytes().to_vec();
            if store.update_record(&key, value, expires_at).await? {
                return Ok(());
            }
        }
        Err(StoreError("a logout marker cannot be written".to_owned()))
    }

    /// Returns when the sessions ended, if they ended recently.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub(crate) async fn read(
        self,
        store: &SharedStore,
        issuer: &str,
        now: i64,
    ) -> Result<Option<i64>, StoreError> {
        read(store, &self.key(issuer), now).await
    }
}

/// Reads a marker. One that is unreadable was written by another version, and counts as one without an end.
async fn read(store: &SharedStore, key: &[u8; 32], now: i64) -> Result<Option<i64>, StoreError> {
    let value = store.load_record(key, now).await?;
    Ok(value.map(|value| value.try_into().map_or(i64::MAX, i64::from_be_bytes)))
}
