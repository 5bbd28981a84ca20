//! All keys of the provider, and which of them a token is checked with.

use serde_json::Value;

use super::{
    ProviderError,
    key::{self, Key},
    skipped_key::{SkippedKey, SkippedKeys},
};
use crate::jwt::{Algorithm, Compact};

/// A JWK Set with more entries is refused: it is a mistake or an attack.
const MAX_KEYS: usize = 100;

/// A token without a key id is tried with at most this many keys.
const MAX_TRIED: usize = 8;

/// The provider's usable keys, in the order in which it lists them.
#[derive(Clone, Debug)]
pub(super) struct KeySet(Vec<Key>);

/// What checking a signature with a key set came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    Verified,
    WrongSignature,
    NoSuchKey,
    SeveralKeys,
}

impl KeySet {
    /// Reads a JWK Set ([RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)). What cannot be used is skipped.
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
                    skipped.push(SkippedKey::new(position, key::id_of(entry), reason));
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

    pub(super) fn check(
        &self,
        token: &Compact<'_>,
        key_id: Option<&str>,
        algorithm: Algorithm,
    ) -> Check {
        let candidates = match key_id {
            Some(key_id) => self.with_id(key_id, algorithm),
            None => self.fitting(algorithm, |_| true),
        };
        let one_id = key_id.is_some_and(|_| candidates.iter().all(|key| key.id().is_some()));
        match candidates.as_slice() {
            [] => Check::NoSuchKey,
            // Key id, type and algorithm must leave one key; which of several is meant would be a guess.
            [_, _, ..] if one_id => Check::SeveralKeys,
            several if several.len() > MAX_TRIED => Check::SeveralKeys,
            some if some
                .iter()
                .any(|key| key.verifies(algorithm, token.signed(), token.signature())) =>
            {
                Check::Verified
            }
            _ => Check::WrongSignature,
        }
    }

    /// The keys with this id; where there are none, those without any id, which some providers publish.
    fn with_id(&self, key_id: &str, algorithm: Algorithm) -> Vec<&Key> {
        let exact = self.fitting(algorithm, |key| key.id() == Some(key_id));
        if exact.is_empty() {
            self.fitting(algorithm, |key| key.id().is_none())
        } else {
            exact
        }
    }

    /// The keys that fit, each once, even if it is listed once per algorithm.
    fn fitting(&self, algorithm: Algorithm, wanted: impl Fn(&Key) -> bool) -> Vec<&Key> {
        let mut fitting: Vec<&Key> = Vec::new();
        for key in self
            .0
            .iter()
            .filter(|key| key.fits(algorithm) && wanted(key))
        {
            if !fitting.iter().any(|other| other.is_same_key_as(key)) {
                fitting.push(key);
            }
        }
        fitting
    }
}
