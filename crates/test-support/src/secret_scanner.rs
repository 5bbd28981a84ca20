//! Searches text for secrets that must not appear in it.

use std::sync::{Arc, Mutex};

/// Minimum length of a secret in bytes. A shorter text could appear by coincidence.
const MIN_BYTES: usize = 12;

/// The tokens, codes, secrets and cookies that must not appear in a log or a response. Clones share them.
#[derive(Clone, Default)]
pub struct SecretScanner(Arc<Mutex<Vec<(&'static str, String)>>>);

impl SecretScanner {
    /// Adds a secret. `kind` appears in failure messages.
    pub fn add(&self, kind: &'static str, secret: &str) {
        let mut secrets = self.0.lock().unwrap();
        let mut insert = |text: &str| {
            if text.len() >= MIN_BYTES && !secrets.iter().any(|(_, known)| known == text) {
                secrets.push((kind, text.to_owned()));
            }
        };
        insert(secret);
        // The payload and the signature of a JWT are secrets by themselves. Many tokens share a header.
        if let [_, payload, signature] = secret.split('.').collect::<Vec<_>>()[..] {
            insert(payload);
            insert(signature);
        }
    }

    /// Returns the kinds of secrets that `text` contains.
    pub fn found_in(&self, text: &str) -> Vec<&'static str> {
        let secrets = self.0.lock().unwrap();
        secrets
            .iter()
            .filter(|(_, secret)| text.contains(secret.as_str()))
            .map(|(kind, _)| *kind)
            .collect()
    }

    /// Returns the number of different secrets of `kind` that were added.
    pub fn count(&self, kind: &str) -> usize {
        let secrets = self.0.lock().unwrap();
        secrets.iter().filter(|(known, _)| *known == kind).count()
    }

    /// Returns the kinds of secrets that were added, sorted.
    pub fn kinds(&self) -> Vec<&'static str> {
        let mut kinds: Vec<_> = self
            .0
            .lock()
            .unwrap()
            .iter()
            .map(|(kind, _)| *kind)
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }
}
