//! Authenticated encryption of cookies and rows of the store.
//!
//! XChaCha20-Poly1305 with one key for each purpose, derived from `AUTH0_SECRET` with HKDF-SHA256 (RFC 5869). A value
//! that was sealed for one purpose and context does not open for another, so the cookie of a login is never accepted as
//! a session.

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

/// The purpose of a sealed value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The cookie of a pending login.
    Transaction,
    /// The `state` parameter of an authorization request.
    State,
    /// A row of tokens.
    Tokens,
    /// A record of tower-sessions.
    SessionRecord,
    /// The cookie of a failed form.
    FailedForm,
    /// Facts about a login.
    LoginDetails,
    /// A form that waits for a login.
    KeptForm,
    /// The authorization details in the link of a login.
    AuthorizationDetails,
}

impl Purpose {
    const ALL: [Self; 8] = [
        Self::Transaction,
        Self::State,
        Self::Tokens,
        Self::SessionRecord,
        Self::FailedForm,
        Self::LoginDetails,
        Self::KeptForm,
        Self::AuthorizationDetails,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Transaction => "transaction",
            Self::State => "state",
            Self::Tokens => "tokens",
            Self::SessionRecord => "session-record",
            Self::FailedForm => "failed-form",
            Self::LoginDetails => "login-details",
            Self::KeptForm => "kept-form",
            Self::AuthorizationDetails => "authorization-details",
        }
    }
}

/// Error of [`Keyring::open`]: the value was sealed with another secret or for another purpose, or modified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed value cannot be opened: it was modified, or sealed with another AUTH0_SECRET")]
pub(crate) struct InvalidSeal;

/// The keys for all purposes. The first secret seals; all secrets open. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Keyring {
    sets: Arc<[Keys]>,
    random: SharedRandom,
}

/// The keys derived from one secret.
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

    /// Seals `plain`. The result opens only for the same `purpose` and `context`.
    pub(crate) fn seal(&self, purpose: Purpose, context: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = random::bytes(self.random.as_ref());
        let payload = Payload {
            msg: plain,
            aad: context,
        };
        let ciphertext = self.sets[0].ciphers[purpose as usize]
            .encrypt(XNonce::from_slice(&nonce), payload)
            .expect("only a plaintext of more than 256 GiB is refused");
        let mut sealed = Vec::with_capacity(1 + NONCE + ciphertext.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        sealed
    }

    /// Opens a sealed value with the first secret that matches.
    ///
    /// # Errors
    ///
    /// [`InvalidSeal`] if no secret matches.
    pub(crate) fn open(
        &self,
        purpose: Purpose,
        context: &[u8],
        sealed: &[u8],
    ) -> Result<Vec<u8>, InvalidSeal> {
        let (&version, rest) = sealed.split_first().ok_or(InvalidSeal)?;
        if version != VERSION || rest.len() < NONCE {
            return Err(InvalidSeal);
        }
        let (nonce, ciphertext) = rest.split_at(NONCE);
        self.sets
            .iter()
            .find_map(|set| {
                let payload = Payload {
                    msg: ciphertext,
                    aad: context,
                };
                set.ciphers[purpose as usize]
                    .decrypt(XNonce::from_slice(nonce), payload)
                    .ok()
            })
            .ok_or(InvalidSeal)
    }

    /// Derives bytes from `input` with the first secret (HKDF-Expand, RFC 5869 §2.3). Each `label` gives independent
    /// bytes.
    pub(crate) fn derive<const N: usize>(&self, label: &str, input: &[u8]) -> [u8; N] {
        self.sets[0].derive(label, input)
    }

    /// Like [`Keyring::derive`], for each of the secrets.
    pub(crate) fn derive_each<const N: usize>(
        &self,
        label: &str,
        input: &[u8],
    ) -> impl Iterator<Item = [u8; N]> {
        self.sets.iter().map(move |set| set.derive(label, input))
    }

    /// Like [`Keyring::seal`], but returns text for a cookie or a URL.
    pub(crate) fn seal_text(&self, purpose: Purpose, context: &[u8], plain: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(self.seal(purpose, context, plain))
    }

    /// Like [`Keyring::open`], for text.
    ///
    /// # Errors
    ///
    /// [`InvalidSeal`] if the text is not base64url, or no secret matches.
    pub(crate) fn open_text(
        &self,
        purpose: Purpose,
        context: &[u8],
        text: &str,
    ) -> Result<Vec<u8>, InvalidSeal> {
        let sealed = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidSeal)?;
        self.open(purpose, context, &sealed)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({} secrets)", self.sets.len())
    }
}

#[cfg(test)]
mod tests;
