//! Facts about a login that do not change, sealed in its row.

use http::HeaderMap;
use serde::{Deserialize, Serialize};

use super::device::{Device, StoredDevice};
use crate::{
    jwt::Claims,
    seal::{Keyring, Purpose},
    store::{LoginId, LoginRecord},
};

/// Facts about a login that do not change.
#[derive(Clone, Debug, Default)]
pub(crate) struct LoginDetails {
    pub(crate) device: Device,
    /// `iat` of the ID token, by the clock of the provider.
    pub(crate) issued_at: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(default)]
    device: StoredDevice,
    #[serde(default)]
    issued_at: Option<i64>,
}

impl LoginDetails {
    /// Returns the details of a login with the claims of its ID token, for the callback request with `headers`.
    pub(crate) fn new(claims: &Claims, headers: &HeaderMap) -> Self {
        Self {
            device: Device::of(headers),
            issued_at: claims.numeric_date("iat").ok().flatten(),
        }
    }

    /// Seals the details for the row of `login`.
    pub(crate) fn seal(&self, keys: &Keyring, login: &LoginId) -> Vec<u8> {
        let stored = Stored {
            device: self.device.into(),
            issued_at: self.issued_at,
        };
        let plain = serde_json::to_vec(&stored).expect("strings and numbers are always JSON");
        keys.seal(Purpose::LoginDetails, login.as_bytes(), &plain)
    }

    /// Opens the details of a row. Those of another version or secret count as unknown.
    pub(crate) fn of(keys: &Keyring, row: &LoginRecord) -> Self {
        let opened = keys.open(Purpose::LoginDetails, row.id.as_bytes(), &row.details);
        opened
            .ok()
            .and_then(|plain| serde_json::from_slice::<Stored>(&plain).ok())
            .map_or_else(Self::default, |stored| Self {
                device: stored.device.into(),
                issued_at: stored.issued_at,
            })
    }
}
