//! The provider's keys and the selection of the key for a token.

use serde_json::Value;

use super::{
    ProviderError,
    key::{self, Key},
    skipped_key::{SkippedKey, SkippedKeys},
};
use crate::jwt::{Algorithm, CompactJwt};

/// Maximum number of entries in a JWK Set.
const MAX_KEYS: usize = 100;

/// Maximum number of keys that a token without a key id is verified with.
const MAX_CANDIDATES: usize = 8;

/// The usable keys of the provider, in the order of the JWK Set.
#[derive(Clone, Debug)]
pub(super) struct KeySet(Vec<Key>);

/// Result of verifying a signature with a key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyMatch {
    Verified,
    BadSignature,
    NotFound,
    Ambiguous,
}

impl KeySet {
    /// Reads a JWK Set ([RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)). Unusable entries are skipped.
    pub(super) fn from_json(
        document: &Value,
        skipped_keys: &SkippedKeys,
    ) -> Result<Self, ProviderError> {
        let entries =
            document
                .get("keys")
                .and_then(Value::as_array)
                .ok_or(ProviderError::KeySet(
                    "the document has no array named keys",
                ))?;
        if entries.len() > MAX_KEYS {
            return Err(ProviderError::KeySet("there are more than 100 of them"));
        }
        let (mut keys, mut skipped) = (Vec::new(), Vec::new());
        for (position, entry) in entries.iter().enumerate() {
            match Key::from_json(entry) {
                Ok(key) => keys.push(key),
                Err(reason) => {
                    skipped.push(SkippedKey::new(position, key::kid_of(entry), reason));
                }
            }
        }
        skipped_keys.report(skipped);
        if keys.is_empty() {
            return Err(ProviderError::KeySet(
                "none of them is a public signature key of a supported kind; the log says why each was skipped",
            ));
        }
        Ok(Self(keys))
    }

    /// Verifies the signature of `token` with the key that its header names.
    pub(super) fn verify(
        &self,
        token: &CompactJwt<'_>,
        key_id: Option<&str>,
        algorithm: Algorithm,
    ) -> KeyMatch {
        let candidates = match key_id {
            Some(key_id) => self.keys_with_id(key_id, algorithm),
            None => self.supporting(algorithm, |_| true),
        };
        let all_have_id = key_id.is_some_and(|_| candidates.iter().all(|key| key.id().is_some()));
        match candidates.as_slice() {
            [] => KeyMatch::NotFound,
            // Key id, type and algorithm must identify one key.
            [_, _, ..] if all_have_id => KeyMatch::Ambiguous,
            many if many.len() > MAX_CANDIDATES => KeyMatch::Ambiguous,
            keys if keys
                .iter()
                .any(|key| key.verifies(algorithm, token.signing_input(), token.signature())) =>
            {
                KeyMatch::Verified
            }
            _ => KeyMatch::BadSignature,
        }
    }

    /// Returns the keys with this id. If there are none, returns the keys without an id, which some providers publish.
    fn keys_with_id(&self, key_id: &str, algorithm: Algorithm) -> Vec<&Key> {
        let exact = self.supporting(algorithm, |key| key.id() == Some(key_id));
        if exact.is_empty() {
            self.supporting(algorithm, |key| key.id().is_none())
        } else {
            exact
        }
    }

    /// Returns the keys that support the algorithm. A key that is listed several times is returned once.
    fn supporting(&self, algorithm: Algorithm, wanted: impl Fn(&Key) -> bool) -> Vec<&Key> {
        let mut supporting: Vec<&Key> = Vec::new();
        for key in self
            .0
            .iter()
            .filter(|key| key.supports(algorithm) && wanted(key))
        {
            if !supporting.iter().any(|other| other.is_same_key_as(key)) {
                supporting.push(key);
            }
        }
        supporting
    }
}
