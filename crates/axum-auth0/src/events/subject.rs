//! The user of an event.

use std::{fmt, sync::Arc};

use sha2::{Digest as _, Sha256};

/// Length of the hash, in bytes.
const HASH_LENGTH: usize = 8;

/// The user of an event: the subject (`sub`) at the configured issuer.
///
/// Some providers issue subjects that contain an e-mail address, such as `samlp|acme|alice@example.com`. Those are
/// replaced by a hash, `sha256:` and 16 hexadecimal digits, which is the same in all events of the user.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EventSubject(Arc<str>);

impl EventSubject {
    pub(crate) fn of(subject: &str) -> Self {
        // `%40` is an at sign in a URI.
        if !subject.contains('@') && !subject.contains("%40") {
            return Self(subject.into());
        }
        let hash = Sha256::digest(subject);
        let number: [u8; HASH_LENGTH] = std::array::from_fn(|index| hash[index]);
        Self(format!("sha256:{:016x}", u64::from_be_bytes(number)).into())
    }

    /// Returns the identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EventSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_kept_unless_it_contains_an_e_mail_address() {
        for subject in ["auth0|64f1", "google-oauth2|1153", "00u1a2", "email|5f3c"] {
            assert_eq!(EventSubject::of(subject).as_str(), subject);
        }
        for subject in ["samlp|acme|alice@example.com", "alice%40example.com"] {
            let hashed = EventSubject::of(subject).to_string();
            assert!(hashed.starts_with("sha256:"), "{hashed}");
            assert_eq!(hashed.len(), "sha256:".len() + 2 * HASH_LENGTH);
            assert!(!hashed.contains("alice") && !hashed.contains("example"));
            assert_eq!(hashed, EventSubject::of(subject).to_string());
        }
        let (alice, bob) = ("alice@example.com", "bob@example.com");
        assert_ne!(EventSubject::of(alice), EventSubject::of(bob));
    }
}
