//! Bounds the number of forms that wait for one user.
//!
//! Each user has a fixed number of slots, which are records of the store with derived keys. A slot points to a form. If all
//! are occupied, the oldest form is dropped.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;

use crate::{
    seal::{Keyring, Purpose},
    store::{SharedStore, StoreError},
};

/// How many forms wait for one user. A form has at most 64 KiB, so this bounds the space of a user.
const MAX_KEPT_FORMS: u8 = 8;
/// The process occupies the slots of one user one after the other. Users share a few locks.
const LOCKS: usize = 16;

/// The slots of all users.
#[derive(Clone)]
pub(super) struct Slots {
    store: SharedStore,
    keys: Keyring,
    locks: Arc<[Mutex<()>; LOCKS]>,
}

/// A form in a slot.
#[derive(Serialize, Deserialize)]
struct Occupant {
    /// The key of the form.
    form: [u8; 32],
    /// Grows with each form of the user.
    number: u64,
}

type Key = [u8; 32];

impl Slots {
    pub(super) fn new(store: SharedStore, keys: Keyring) -> Self {
        Self {
            store,
            keys,
            locks: Arc::default(),
        }
    }

    /// Points a slot of the user to `form` until `expires_at`. Deletes the oldest form if all slots are occupied.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub(super) async fn occupy(
        &self,
        (issuer, identity): (&str, &str),
        form: Key,
        now: i64,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        let keys = slot_keys(issuer, identity);
        let lock = usize::from(keys[0][0]) % LOCKS;
        let _turn = self.locks[lock].lock().await;
        // A slot that another process takes meanwhile is not this form's.
        for _ in 0..MAX_KEPT_FORMS {
            if self.try_occupy(keys, form, now, expires_at).await? {
                return Ok(());
            }
        }
        Err(StoreError(
            "kept form: other requests took every slot".to_owned(),
        ))
    }

    /// Returns whether the form has a slot now.
    async fn try_occupy(
        &self,
        keys: [Key; MAX_KEPT_FORMS as usize],
        form: Key,
        now: i64,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let (mut free, mut oldest, mut newest) = (None, None, 0);
        for key in keys {
            match self.occupant(&key, now).await? {
                None => free = free.or(Some(key)),
                Some(occupant) => {
                    newest = newest.max(occupant.number);
                    let is_older = oldest
                        .as_ref()
                        .is_none_or(|(_, other): &(Key, Occupant)| occupant.number < other.number);
                    if is_older {
                        oldest = Some((key, occupant));
                    }
                }
            }
        }
        let number = newest.saturating_add(1);
        let key = match (free, oldest) {
            (Some(key), _) => key,
            (None, Some((key, occupant))) => {
                tracing::debug!("deleted the oldest kept form of a user");
                self.store.delete_record(&occupant.form).await?;
                self.store.delete_record(&key).await?;
                key
            }
            (None, None) => return Err(StoreError("kept form: no slot".to_owned())),
        };
        let occupant = Occupant { form, number };
        let plain = serde_json::to_vec(&occupant)
            .map_err(|error| StoreError(format!("kept form: {error}")))?;
        let seal = || self.keys.seal(Purpose::KeptForm, &key, &plain);
        if self.store.create_record(&key, seal(), expires_at).await? {
            return Ok(true);
        }
        if self.occupant(&key, now).await?.is_some() {
            return Ok(false);
        }
        // An expired slot still exists.
        self.store.delete_record(&key).await?;
        self.store.create_record(&key, seal(), expires_at).await
    }

    async fn occupant(&self, key: &Key, now: i64) -> Result<Option<Occupant>, StoreError> {
        let Some(sealed) = self.store.load_record(key, now).await? else {
            return Ok(None);
        };
        let plain = self.keys.open(Purpose::KeptForm, key, &sealed).ok();
        Ok(plain.and_then(|plain| serde_json::from_slice(&plain).ok()))
    }
}

/// Returns the keys of the slots of a user, by subject and organization.
fn slot_keys(issuer: &str, identity: &str) -> [Key; MAX_KEPT_FORMS as usize] {
    std::array::from_fn(|slot| {
        let mut hash = Sha256::new_with_prefix("kept-form-slot");
        for part in [issuer, identity] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        hash.update(u64::try_from(slot).unwrap_or(u64::MAX).to_be_bytes());
        hash.finalize().into()
    })
}

impl fmt::Debug for Slots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slots").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_have_slots_of_their_own() {
        let (one, other) = (slot_keys("ab", "c"), slot_keys("a", "bc"));
        assert!(one.iter().all(|key| !other.contains(key)));
        assert!(one.iter().skip(1).all(|key| *key != one[0]));
    }
}
