//! Searches text for secrets that must not appear in it.

use std::sync::{Arc, Mutex};

/// Minimum length of a secret.
const MIN_BYTES: usize = 12;

/// Texts that must not appear anywhere but where they belong: tokens, codes, secrets, cookies.
#[derive(Clone, Default)]
pub struct SecretScanner(Arc<Mutex<Vec<(&'static str, String)>>>);

impl SecretScanner {
    pub fn add(&self, kind: &'static str, secret: &str) {
        let mut planted = self.0.lock().unwrap();
        let mut plant = |text: &str| {
            // A short text could appear by chance.
            if text.len() >= MIN_BYTES && !planted.iter().any(|(_, known)| known == text) {
                planted.push((kind, text.to_owned()));
            }
        };
        plant(secret);
        // Payload and signature of a JWT. Its header is the same for many tokens.
        if let [_, payload, signature] = secret.split('.').collect::<Vec<_>>()[..] {
            plant(payload);
            plant(signature);
        }
    }

    /// The kinds of secrets that `text` contains.
    pub fn found_in(&self, text: &str) -> Vec<&'static str> {
        let planted = self.0.lock().unwrap();
        planted
            .iter()
            .filter(|(_, secret)| text.contains(secret.as_str()))
            .map(|(kind, _)| *kind)
            .collect()
    }

    /// Returns how many different secrets of `kind` were added.
    pub fn count(&self, kind: &str) -> usize {
        let planted = self.0.lock().unwrap();
        planted.iter().filter(|(known, _)| *known == kind).count()
    }

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
