//! JSON Web Encryption (RFC 7516) in the format of Auth0's encrypted access tokens: a signed JWT, encrypted with A256GCM under a
//! key that RSA-OAEP-256 wraps, in the compact serialization.
//!
//! `jsonwebtoken` does not support JWE, so this module composes it from the `aes-gcm` and `rsa` crates.

use aes_gcm::{AeadInPlace as _, Aes256Gcm, KeyInit as _, aead::OsRng};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rsa::{Oaep, RsaPublicKey};
use serde_json::json;
use sha2::Sha256;

/// The size of the AES-GCM initialization vector, in bytes (RFC 7518 §5.3).
const NONCE_BYTES: usize = 12;

/// A token could not be encrypted.
#[derive(Debug, thiserror::Error)]
#[error("failed to encrypt a token")]
pub(crate) struct EncryptError;

/// Encrypts the access tokens of one API. The private key is discarded, because no API has to decrypt them.
pub(super) struct Encrypter {
    kid: String,
    key: RsaPublicKey,
}

impl Encrypter {
    pub(super) fn new(kid: String, key: RsaPublicKey) -> Self {
        Self { kid, key }
    }

    /// Returns the JWE that contains `jwt`, in five parts (RFC 7516 §5.1).
    pub(super) fn encrypt(&self, jwt: &str) -> Result<String, EncryptError> {
        let header =
            json!({ "alg": "RSA-OAEP-256", "enc": "A256GCM", "cty": "JWT", "kid": self.kid });
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        let content_key = Aes256Gcm::generate_key(OsRng);
        let wrapped_key = self
            .key
            .encrypt(&mut OsRng, Oaep::new::<Sha256>(), &content_key)
            .map_err(|_| EncryptError)?;
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let mut content = jwt.as_bytes().to_vec();
        let tag = Aes256Gcm::new(&content_key)
            .encrypt_in_place_detached(&nonce.into(), header.as_bytes(), &mut content)
            .map_err(|_| EncryptError)?;
        let mut parts = vec![header];
        parts.extend(
            [&wrapped_key[..], &nonce, &content, &tag].map(|part| URL_SAFE_NO_PAD.encode(part)),
        );
        Ok(parts.join("."))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use aes_gcm::Key;
    use rsa::RsaPrivateKey;
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_private_key_decrypts_what_was_encrypted() {
        let private = RsaPrivateKey::new(&mut OsRng, 2048).unwrap();
        let encrypter = Encrypter::new("key".to_owned(), private.to_public_key());
        let jwe = encrypter.encrypt("header.claims.signature").unwrap();
        let parts: Vec<&str> = jwe.split('.').collect();
        assert_eq!(parts.len(), 5);
        let bytes: Vec<Vec<u8>> = parts
            .iter()
            .map(|part| URL_SAFE_NO_PAD.decode(part).unwrap())
            .collect();
        let header: Value = serde_json::from_slice(&bytes[0]).unwrap();
        assert_eq!(
            header,
            json!({ "alg": "RSA-OAEP-256", "enc": "A256GCM", "cty": "JWT", "kid": "key" })
        );

        let content_key = private.decrypt(Oaep::new::<Sha256>(), &bytes[1]).unwrap();
        let cipher = Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(&content_key));
        let nonce: [u8; NONCE_BYTES] = bytes[2].clone().try_into().unwrap();
        let tag: [u8; 16] = bytes[4].clone().try_into().unwrap();
        let mut content = bytes[3].clone();
        cipher
            .decrypt_in_place_detached(
                &nonce.into(),
                parts[0].as_bytes(),
                &mut content,
                &tag.into(),
            )
            .unwrap();
        assert_eq!(content, b"header.claims.signature");
        assert_ne!(jwe, encrypter.encrypt("header.claims.signature").unwrap());
    }
}
