//! Adapts the store to tower-sessions: seals records, hashes identifiers, and never re-creates a deleted session.

use std::fmt;

use async_trait::async_trait;
use sha2::{Digest as _, Sha256};
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

use super::id;
use crate::{
    clock::SharedClock,
    seal::{Keyring, Purpose},
    store::{SharedStore, StoreError},
};

/// Maximum number of identifiers to try. Random identifiers do not collide; this bounds the loop if the source of
/// randomness is broken.
const MAX_ATTEMPTS: usize = 3;

/// Session records of tower-sessions in the store. Cheap to clone.
#[derive(Clone)]
pub(crate) struct SessionRecords {
    store: SharedStore,
    keys: Keyring,
    clock: SharedClock,
}

impl SessionRecords {
    pub(crate) fn new(store: SharedStore, keys: Keyring, clock: SharedClock) -> Self {
        Self { store, keys, clock }
    }

    fn seal(&self, key: &[u8; 32], record: &Record) -> Result<Vec<u8>> {
        let plain = serde_json::to_vec(record).map_err(|error| Error::Encode(error.to_string()))?;
        Ok(self.keys.seal(Purpose::SessionRecord, key, &plain))
    }
}

/// Returns the key of a session in the store.
pub(super) fn key(id: Id) -> [u8; 32] {
    Sha256::digest(id.0.to_le_bytes()).into()
}

fn backend_error(error: StoreError) -> Error {
    Error::Backend(error.0)
}

/// Converts an error of tower-sessions to the error of a store.
pub(crate) fn store_error(error: Error) -> StoreError {
    match error {
        Error::Backend(message) => StoreError(message),
        error => StoreError(error.to_string()),
    }
}

impl fmt::Debug for SessionRecords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionRecords({:?})", self.store)
    }
}

#[async_trait]
impl SessionStore for SessionRecords {
    async fn create(&self, record: &mut Record) -> Result<()> {
        for _ in 0..MAX_ATTEMPTS {
            record.id = id::tagged(&self.keys, record.id);
            let key = key(record.id);
            let sealed = self.seal(&key, record)?;
            let end = record.expiry_date.unix_timestamp();
            if self
                .store
                .create_record(&key, sealed, end)
                .await
                .map_err(backend_error)?
            {
                return Ok(());
            }
            record.id = Id::default();
        }
        Err(Error::Backend(
            "no unused session identifier found".to_owned(),
        ))
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let key = key(record.id);
        let sealed = self.seal(&key, record)?;
        let end = record.expiry_date.unix_timestamp();
        if !self
            .store
            .update_record(&key, sealed, end)
            .await
            .map_err(backend_error)?
        {
            // A logout has deleted the record. Creating it again would undo the logout.
            tracing::debug!("session not saved: it was deleted in the meantime");
        }
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let key = key(*id);
        let now = self.clock.unix_seconds();
        let Some(sealed) = self
            .store
            .load_record(&key, now)
            .await
            .map_err(backend_error)?
        else {
            return Ok(None);
        };
        let record = self
            .keys
            .open(Purpose::SessionRecord, &key, &sealed)
            .ok()
            .and_then(|plain| serde_json::from_slice::<Record>(&plain).ok())
            .filter(|record| record.id == *id);
        // A replica with another secret or version may be able to read it, so record and cookie are kept. `Ok(None)`
        // would make tower-sessions remove the cookie.
        record.map(Some).ok_or_else(|| {
            tracing::warn!(
                "failed to read a session record: it was sealed with another AUTH0_SECRET, written by another version, or modified"
            );
            Error::Decode("unreadable session record".to_owned())
        })
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.store
            .delete_record(&key(*id))
            .await
            .map_err(backend_error)
    }
}
