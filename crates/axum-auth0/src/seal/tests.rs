use super::*;
use crate::random::SystemRandom;

const OLD: &str = "an old secret that is 32 bytes long, at least";
const NEW: &str = "a new secret that is 32 bytes long, at least!";

fn keyring(secrets: &[&str]) -> Keyring {
    let secrets: Vec<_> = secrets
        .iter()
        .map(|&s| SecretString::from(s.to_owned()))
        .collect();
    Keyring::new(&secrets, SystemRandom::shared())
}

#[test]
fn a_sealed_value_opens() {
    let keys = keyring(&[NEW]);
    let text = keys.seal_text(Purpose::State, b"c", b"plain");
    assert_eq!(
        keys.open_text(Purpose::State, b"c", &text),
        Ok(b"plain".to_vec())
    );
}

#[test]
fn a_sealed_value_opens_for_its_own_purpose_and_context_only() {
    let keys = keyring(&[NEW]);
    let sealed = keys.seal(Purpose::Transaction, b"c", b"plain");
    assert_eq!(keys.open(Purpose::Tokens, b"c", &sealed), Err(InvalidSeal));
    assert_eq!(
        keys.open(Purpose::Transaction, b"d", &sealed),
        Err(InvalidSeal)
    );
}

#[test]
fn every_modified_or_truncated_value_is_rejected() {
    let keys = keyring(&[NEW]);
    let sealed = keys.seal(Purpose::Tokens, b"", b"plain");
    for position in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[position] ^= 1;
        assert_eq!(keys.open(Purpose::Tokens, b"", &changed), Err(InvalidSeal));
        assert_eq!(
            keys.open(Purpose::Tokens, b"", &sealed[..position]),
            Err(InvalidSeal)
        );
    }
}

#[test]
fn a_rotated_secret_opens_and_a_removed_one_does_not() {
    let sealed = keyring(&[OLD]).seal(Purpose::Tokens, b"", b"plain");
    assert!(
        keyring(&[NEW, OLD])
            .open(Purpose::Tokens, b"", &sealed)
            .is_ok()
    );
    assert_eq!(
        keyring(&[NEW]).open(Purpose::Tokens, b"", &sealed),
        Err(InvalidSeal)
    );
}
