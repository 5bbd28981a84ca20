//! Authenticated encryption of everything that leaves the process's memory: cookies and rows of the store.
//!
//! XChaCha20-Poly1305 with one key for each purpose, derived from `AUTH0_SECRET` with HKDF-SHA256 (RFC 5869). A box
//! sealed for one purpose or one context does not open for another, so a cookie of a login can never pass for a
//! session.

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use hkdf::Hkdf;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use crate::random::{self, SharedRandom};

const VERSION: u8 = 1;
const NONCE: usize = 24;

/// What a box is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The cookie of a login under way.
    Transaction,
    /// The `state` parameter of an authorization request.
    State,
    /// A row of tokens.
    Tokens,
    /// A record of tower-sessions.
    SessionRecord,
}

impl Purpose {
    const ALL: [Self; 4] = [
        Self::Transaction,
        Self::State,
        Self::Tokens,
        Self::SessionRecord,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Transaction => "transaction",
            Self::State => "state",
            Self::Tokens => "tokens",
            Self::SessionRecord => "session-record",
        }
    }
}

/// A box that does not open: made with another secret, for another purpose, or tampered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed value does not open: it was changed, or sealed with another AUTH0_SECRET")]
pub(crate) struct InvalidSeal;

/// The keys of all purposes: the first set seals, all sets open.
#[derive(Clone)]
pub(crate) struct Keyring {
    sets: Arc<[Keys]>,
    random: SharedRandom,
}

/// What is derived from one secret.
#[derive(Clone)]
struct Keys {
    ciphers: [XChaCha20Poly1305; Purpose::ALL.len()],
    derivation: Hkdf<Sha256>,
}

impl Keys {
    fn derive<const N: usize>(&self, label: &str, input: &[u8]) -> [u8; N] {
        let label = format!("axum-auth0/v{VERSION}/{label}/");
        let mut output = [0; N];
        self.derivation
            .expand_multi_info(&[label.as_bytes(), input], &mut output)
            .expect("the outputs here are shorter than 255 hashes, the only limit of HKDF-Expand");
        output
    }
}

impl Keyring {
    pub(crate) fn new(secrets: &[SecretString], random: SharedRandom) -> Self {
        let sets = secrets
            .iter()
            .map(|secret| {
                let derivation = Hkdf::<Sha256>::new(None, secret.expose_secret().as_bytes());
                let ciphers = Purpose::ALL.map(|purpose| {
                    let mut key = [0; 32];
                    let info = format!("axum-auth0/v{VERSION}/{}", purpose.label());
                    derivation.expand(info.as_bytes(), &mut key).expect(
                        "32 bytes are fewer than 255 hashes, the only limit of HKDF-Expand",
                    );
                    XChaCha20Poly1305::new(&key.into())
                });
                Keys {
                    ciphers,
                    derivation,
                }
            })
            .collect();
        Self { sets, random }
    }

    /// Seals `plain`; it opens again only for the same `purpose` and `context`.
    pub(crate) fn seal(&self, purpose: Purpose, context: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = random::bytes(self.random.as_ref());
        let payload = Payload {
            msg: plain,
            aad: context,
        };
        let sealed = self.sets[0].ciphers[purpose as usize]
            .encrypt(XNonce::from_slice(&nonce), payload)
            .expect("only a plaintext of more than 256 GiB is refused");
        let mut boxed = Vec::with_capacity(1 + NONCE + sealed.len());
        boxed.push(VERSION);
        boxed.extend_from_slice(&nonce);
        boxed.extend_from_slice(&sealed);
        boxed
    }

    pub(crate) fn open(
        &self,
        purpose: Purpose,
        context: &[u8],
        boxed: &[u8],
    ) -> Result<Vec<u8>, InvalidSeal> {
        let (&version, rest) = boxed.split_first().ok_or(InvalidSeal)?;
        if version != VERSION || rest.len() < NONCE {
            return Err(InvalidSeal);
        }
        let (nonce, sealed) = rest.split_at(NONCE);
        self.sets
            .iter()
            .find_map(|set| {
                let payload = Payload {
                    msg: sealed,
                    aad: context,
                };
                set.ciphers[purpose as usize]
                    .decrypt(XNonce::from_slice(nonce), payload)
                    .ok()
            })
            .ok_or(InvalidSeal)
    }

    /// Bytes that follow from `input` and the first secret (HKDF-Expand, RFC 5869 §2.3), others for each `label`.
    pub(crate) fn derive<const N: usize>(&self, label: &str, input: &[u8]) -> [u8; N] {
        self.sets[0].derive(label, input)
    }

    /// As [`Keyring::derive`], with each of the secrets.
    pub(crate) fn derive_each<const N: usize>(
        &self,
        label: &str,
        input: &[u8],
    ) -> impl Iterator<Item = [u8; N]> {
        self.sets.iter().map(move |set| set.derive(label, input))
    }

    /// As [`Keyring::seal`], as text for a cookie or a URL.
    pub(crate) fn seal_text(&self, purpose: Purpose, context: &[u8], plain: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(self.seal(purpose, context, plain))
    }

    pub(crate) fn open_text(
        &self,
        purpose: Purpose,
        context: &[u8],
        text: &str,
    ) -> Result<Vec<u8>, InvalidSeal> {
        let boxed = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidSeal)?;
        self.open(purpose, context, &boxed)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({} secrets)", self.sets.len())
    }
}

#[cfg(test)]
mod tests {
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
    fn what_was_sealed_opens() {
        let keys = keyring(&[NEW]);
        let text = keys.seal_text(Purpose::State, b"c", b"plain");
        assert_eq!(
            keys.open_text(Purpose::State, b"c", &text),
            Ok(b"plain".to_vec())
        );
    }

    #[test]
    fn a_box_opens_for_its_own_purpose_and_context_only() {
        let keys = keyring(&[NEW]);
        let boxed = keys.seal(Purpose::Transaction, b"c", b"plain");
        assert_eq!(keys.open(Purpose::Tokens, b"c", &boxed), Err(InvalidSeal));
        assert_eq!(
            keys.open(Purpose::Transaction, b"d", &boxed),
            Err(InvalidSeal)
        );
    }

    #[test]
    fn every_changed_bit_and_every_cut_is_noticed() {
        let keys = keyring(&[NEW]);
        let boxed = keys.seal(Purpose::Tokens, b"", b"plain");
        for position in 0..boxed.len() {
            let mut changed = boxed.clone();
            changed[position] ^= 1;
            assert_eq!(keys.open(Purpose::Tokens, b"", &changed), Err(InvalidSeal));
            assert_eq!(
                keys.open(Purpose::Tokens, b"", &boxed[..position]),
                Err(InvalidSeal)
            );
        }
    }

    #[test]
    fn a_rotated_secret_still_opens_and_a_dropped_one_does_not() {
        let boxed = keyring(&[OLD]).seal(Purpose::Tokens, b"", b"plain");
        assert!(
            keyring(&[NEW, OLD])
                .open(Purpose::Tokens, b"", &boxed)
                .is_ok()
        );
        assert_eq!(
            keyring(&[NEW]).open(Purpose::Tokens, b"", &boxed),
            Err(InvalidSeal)
        );
    }
}
