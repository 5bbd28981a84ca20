//! Stores kept forms as sealed records.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{KEPT_FORM_TTL, KeptForm, slots::Slots};
use crate::{
    clock::SharedClock,
    random::{self, SharedRandom},
    seal::{Keyring, Purpose},
    store::{SharedStore, StoreError},
};

/// The kept forms in the store. Cheap to clone.
#[derive(Clone)]
pub(crate) struct KeptForms {
    store: SharedStore,
    slots: Slots,
    keys: Keyring,
    clock: SharedClock,
    random: SharedRandom,
}

#[derive(Serialize, Deserialize)]
struct Record {
    form: KeptForm,
    /// In seconds since 1970.
    expires_at: i64,
}

impl KeptForms {
    pub(crate) fn new(
        store: SharedStore,
        keys: Keyring,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Self {
        Self {
            slots: Slots::new(store.clone(), keys.clone()),
            store,
            keys,
            clock,
            random,
        }
    }

    /// Returns the current time, in seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.clock.unix_seconds()
    }

    /// Returns a new identifier.
    pub(crate) fn new_id(&self) -> String {
        random::base64url::<16>(self.random.as_ref())
    }

    /// Stores `form` under `id`. Deletes the oldest form of the user if too many wait.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub(crate) async fn keep(&self, id: &str, form: KeptForm) -> Result<(), StoreError> {
        let key = key(id);
        let (now, expires_at) = (self.now(), self.now() + KEPT_FORM_TTL);
        let user = (form.issuer.as_str(), form.identity.as_str());
        self.slots.occupy(user, key, now, expires_at).await?;
        let plain = serde_json::to_vec(&Record { form, expires_at })
            .map_err(|error| StoreError(format!("kept form: {error}")))?;
        let sealed = self.keys.seal(Purpose::KeptForm, &key, &plain);
        if self.store.create_record(&key, sealed, expires_at).await? {
            Ok(())
        } else {
            Err(StoreError("kept form: the identifier exists".to_owned()))
        }
    }

    /// Returns the form, unless it has expired, or was sent or dropped.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub(crate) async fn load(&self, id: &str) -> Result<Option<KeptForm>, StoreError> {
        let (key, now) = (key(id), self.now());
        let Some(sealed) = self.store.load_record(&key, now).await? else {
            return Ok(None);
        };
        let record = self
            .keys
            .open(Purpose::KeptForm, &key, &sealed)
            .ok()
            .and_then(|plain| serde_json::from_slice::<Record>(&plain).ok());
        Ok(record
            .filter(|record| now < record.expires_at)
            .map(|record| record.form))
    }

    /// Marks the form as used, and deletes it. Returns `false` if it was used before, by any replica.
    ///
    /// # Errors
    ///
    /// If the store fails. The form is then not sent.
    pub(crate) async fn consume(&self, id: &str) -> Result<bool, StoreError> {
        let marker = Sha256::digest([b"kept-form/".as_slice(), &key(id)].concat()).into();
        let expires_at = self.now() + KEPT_FORM_TTL;
        let is_first = self.store.consume_transaction(&marker, expires_at).await?;
        self.drop_form(id).await;
        Ok(is_first)
    }

    /// Deletes the form. A form that cannot be deleted expires.
    pub(crate) async fn drop_form(&self, id: &str) {
        if let Err(error) = self.store.delete_record(&key(id)).await {
            tracing::warn!(%error, "failed to delete a kept form");
        }
    }
}

fn key(id: &str) -> [u8; 32] {
    Sha256::digest(id).into()
}

impl fmt::Debug for KeptForms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptForms").finish_non_exhaustive()
    }
}
