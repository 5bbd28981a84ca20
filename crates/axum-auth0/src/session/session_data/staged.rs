//! The data of a session while it is changed.

use serde_json::{Map, Value};

use super::{AppData, SessionDataError};

/// Maximum size of all data of a session in bytes, as JSON.
const MAX_BYTES: usize = 16 * 1024;

/// The data of a session by [`AppData::KEY`].
#[derive(Clone, Debug, Default)]
pub(crate) struct StagedData(pub(crate) Map<String, Value>);

impl StagedData {
    /// Returns the data of type `T`, or its default.
    ///
    /// # Errors
    ///
    /// If the stored data is not that of the type.
    pub(crate) fn get<T: AppData>(&self) -> Result<T, SessionDataError> {
        let Some(value) = self.0.get(T::KEY) else {
            return Ok(T::default());
        };
        T::deserialize(value).map_err(|source| SessionDataError::Unreadable {
            key: T::KEY,
            source,
        })
    }

    /// Sets the data of type `T`.
    ///
    /// # Errors
    ///
    /// If it is not representable as JSON, or too large.
    pub(crate) fn set<T: AppData>(&mut self, data: &T) -> Result<(), SessionDataError> {
        let value =
            serde_json::to_value(data).map_err(|source| SessionDataError::Unserializable {
                key: T::KEY,
                source,
            })?;
        let previous = self.0.insert(T::KEY.to_owned(), value);
        let bytes = serde_json::to_vec(&self.0).map_or(usize::MAX, |json| json.len());
        if bytes <= MAX_BYTES {
            return Ok(());
        }
        match previous {
            Some(previous) => self.0.insert(T::KEY.to_owned(), previous),
            None => self.0.remove(T::KEY),
        };
        Err(SessionDataError::TooLarge {
            bytes,
            max: MAX_BYTES,
        })
    }
}
