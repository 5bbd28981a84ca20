//! Signing keys and tokens of the tests, independent of the code under test.

use std::sync::OnceLock;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, jwk::Jwk};
use rsa::{RsaPrivateKey, pkcs1::EncodeRsaPrivateKey as _, pkcs8::EncodePrivateKey as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha512};

/// A signing key.
#[derive(Clone)]
pub struct Signer {
    encoding: EncodingKey,
    algorithm: Algorithm,
    /// The key ID in JWKs and headers.
    pub kid: Option<&'static str>,
}

/// Returns an RSA key of 2048 bits, which is generated once per process because that takes a second.
pub fn rsa_key() -> &'static RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(|| RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap())
}

/// Returns the key of [`rsa_key`] in PEM (PKCS #8).
pub fn rsa_pem() -> String {
    let pem = rsa_key().to_pkcs8_pem(rsa::pkcs8::LineEnding::LF);
    pem.unwrap().to_string()
}

impl Signer {
    /// Returns a P-256 key, the fastest kind, for tests in which the algorithm does not matter.
    pub fn es256(kid: &'static str, seed: u8) -> Self {
        let mut der = hex("3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420");
        der.extend([seed; 32]);
        Self {
            encoding: EncodingKey::from_ec_der(&der),
            algorithm: Algorithm::ES256,
            kid: Some(kid),
        }
    }

    pub fn es384(kid: &'static str, seed: u8) -> Self {
        let mut der = hex("304e020100301006072a8648ce3d020106052b81040022043730350201010430");
        der.extend([seed; 48]);
        Self {
            encoding: EncodingKey::from_ec_der(&der),
            algorithm: Algorithm::ES384,
            kid: Some(kid),
        }
    }

    pub fn ed25519(kid: &'static str, seed: u8) -> Self {
        let mut der = hex("302e020100300506032b657004220420");
        der.extend([seed; 32]);
        Self {
            encoding: EncodingKey::from_ed_der(&der),
            algorithm: Algorithm::EdDSA,
            kid: Some(kid),
        }
    }

    pub fn rsa(kid: &'static str, algorithm: Algorithm) -> Self {
        Self {
            encoding: EncodingKey::from_rsa_der(rsa_key().to_pkcs1_der().unwrap().as_bytes()),
            algorithm,
            kid: Some(kid),
        }
    }

    /// Generates an RSA key of this size, which is slow.
    pub fn rsa_of_bits(kid: &'static str, bits: usize) -> Self {
        let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, bits).unwrap();
        Self {
            encoding: EncodingKey::from_rsa_der(key.to_pkcs1_der().unwrap().as_bytes()),
            algorithm: Algorithm::RS256,
            kid: Some(kid),
        }
    }

    /// Returns a shared secret as a key. The engine rejects all tokens that are signed with one.
    pub fn hs256(kid: &'static str, secret: &[u8]) -> Self {
        // `jsonwebtoken` rejects an empty secret. HMAC pads keys with zeros (RFC 2104 §2), so this one is equivalent.
        let secret = if secret.is_empty() { b"\0" } else { secret };
        Self {
            encoding: EncodingKey::from_secret(secret).unwrap(),
            algorithm: Algorithm::HS256,
            kid: Some(kid),
        }
    }

    /// Returns the same key with another key ID.
    pub fn with_kid(&self, kid: Option<&'static str>) -> Self {
        Self {
            kid,
            ..self.clone()
        }
    }

    /// Returns the same key with another algorithm.
    pub fn with_algorithm(&self, algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            ..self.clone()
        }
    }

    /// Returns the public key as a JWK.
    pub fn jwk(&self) -> Value {
        let jwk = Jwk::from_encoding_key(&self.encoding, self.algorithm).unwrap();
        let mut jwk = serde_json::to_value(jwk).unwrap();
        jwk["alg"] = json!(self.algorithm_name());
        jwk["use"] = json!("sig");
        if let Some(kid) = self.kid {
            jwk["kid"] = json!(kid);
        }
        jwk
    }

    /// Returns the public key as a JWK without some of its members.
    pub fn jwk_without(&self, members: &[&str]) -> Value {
        let mut jwk = self.jwk();
        for member in members {
            jwk.as_object_mut().unwrap().remove(*member);
        }
        jwk
    }

    /// Returns the JOSE header of tokens that this key signs.
    pub fn header(&self) -> Value {
        let mut header = json!({ "alg": self.algorithm_name(), "typ": "JWT" });
        if let Some(kid) = self.kid {
            header["kid"] = json!(kid);
        }
        header
    }

    /// Signs `claims` with the [`header`](Self::header) of the key.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_with_header(&self.header(), claims)
    }

    /// Signs `claims` with another header.
    pub fn sign_with_header(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), &claims.to_string())
    }

    /// Signs a header and a payload that need not be JSON.
    pub fn sign_text(&self, header: &str, payload: &str) -> String {
        let signed = format!("{}.{}", encode(header), encode(payload));
        let signature =
            jsonwebtoken::crypto::sign(signed.as_bytes(), &self.encoding, self.algorithm).unwrap();
        format!("{signed}.{signature}")
    }

    /// Returns `at_hash` or `c_hash` of a value (OpenID Connect Core 1.0 §3.1.3.6).
    pub fn half_hash(&self, of: &str) -> String {
        let hash = match self.algorithm {
            Algorithm::RS512 | Algorithm::EdDSA => Sha512::digest(of).to_vec(),
            _ => Sha256::digest(of).to_vec(),
        };
        encode(&hash[..hash.len() / 2])
    }

    /// Returns the algorithm as in `alg`.
    pub fn algorithm_name(&self) -> String {
        format!("{:?}", self.algorithm)
    }
}

/// Encodes bytes as base64url without padding.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes the header and the claims of a token. Returns `Null` for a part that is not JSON.
pub fn parts(token: &str) -> (Value, Value) {
    let mut segments = token.split('.').map(|segment| {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(segment).unwrap_or_default())
            .unwrap_or(Value::Null)
    });
    (segments.next().unwrap(), segments.next().unwrap())
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|index| u8::from_str_radix(&text[index..index + 2], 16).unwrap())
        .collect()
}

/// Returns a token with this header and an invalid signature.
pub fn unsigned(header: &Value) -> String {
    let claims = json!({ "sub": "auth0|alice" });
    format!(
        "{}.{}.{}",
        encode(header.to_string()),
        encode(claims.to_string()),
        encode("x".repeat(64))
    )
}
