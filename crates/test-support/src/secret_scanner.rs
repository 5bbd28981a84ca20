//! Searches text for secrets that must not appear in it.

use std::sync::{Arc, Mutex};

/// Texts that must not appear anywhere but where they belong: tokens, codes, secrets, cookies.
#[derive(Clone, Default)]
pub struct SecretScanner(Arc<Mutex<Vec<(&'static str, String)>>>);

impl SecretScanner {
    pub fn add(&self, kind: &'static str, secret: &str) {
        // What is short could appear by chance.
        if secret.len() < 12 {
            return;
        }
        let mut planted = self.0.lock().unwrap();
        if !planted.iter().any(|(_, known)| known == secret) {
            planted.push((kind, secret.to_owned()));
        }
        // The part of a JWT that says something.
        if let [_, payload, _] = secret.split('.').collect::<Vec<_>>()[..]
            && payload.len() >= 12
        {
            planted.push((kind, payload.to_owned()));
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
