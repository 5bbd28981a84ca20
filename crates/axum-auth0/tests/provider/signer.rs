//! Keys and tokens of the tests, made independently of the code under test.

use axum_auth0::jwt::Algorithm;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, jwk::Jwk};
use rsa::{RsaPrivateKey, pkcs1::EncodeRsaPrivateKey as _};
use serde_json::{Value, json};

/// A private key, and how the provider publishes its public half.
pub(crate) struct Signer {
    encoding: EncodingKey,
    algorithm: jsonwebtoken::Algorithm,
    pub(crate) kid: Option<&'static str>,
}

impl Signer {
    /// P-256, fast, from a seed.
    pub(crate) fn es256(kid: &'static str, seed: u8) -> Self {
        let mut der = hex("3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420");
        der.extend([seed; 32]);
        Self {
            encoding: EncodingKey::from_ec_der(&der),
            algorithm: jsonwebtoken::Algorithm::ES256,
            kid: Some(kid),
        }
    }

    pub(crate) fn es384(kid: &'static str, seed: u8) -> Self {
        let mut der = hex("304e020100301006072a8648ce3d020106052b81040022043730350201010430");
        der.extend([seed; 48]);
        Self {
            encoding: EncodingKey::from_ec_der(&der),
            algorithm: jsonwebtoken::Algorithm::ES384,
            kid: Some(kid),
        }
    }

    pub(crate) fn ed25519(kid: &'static str, seed: u8) -> Self {
        let mut der = hex("302e020100300506032b657004220420");
        der.extend([seed; 32]);
        Self {
            encoding: EncodingKey::from_ed_der(&der),
            algorithm: jsonwebtoken::Algorithm::EdDSA,
            kid: Some(kid),
        }
    }

    /// Slow: only where RSA is the point.
    pub(crate) fn rsa(kid: &'static str, bits: usize) -> Self {
        let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, bits).unwrap();
        let encoding = EncodingKey::from_rsa_der(key.to_pkcs1_der().unwrap().as_bytes());
        Self {
            encoding,
            algorithm: jsonwebtoken::Algorithm::RS256,
            kid: Some(kid),
        }
    }

    /// The same key, for another algorithm.
    pub(crate) fn with_algorithm(&self, algorithm: jsonwebtoken::Algorithm) -> Self {
        Self {
            encoding: self.encoding.clone(),
            algorithm,
            kid: self.kid,
        }
    }

    /// The same key under another id, or without one.
    pub(crate) fn with_kid(&self, kid: Option<&'static str>) -> Self {
        Self {
            encoding: self.encoding.clone(),
            algorithm: self.algorithm,
            kid,
        }
    }

    pub(crate) fn algorithm_name(&self) -> String {
        format!("{:?}", self.algorithm)
    }

    /// The entry for the provider's JWK Set.
    pub(crate) fn jwk(&self) -> Value {
        let mut jwk =
            serde_json::to_value(Jwk::from_encoding_key(&self.encoding, self.algorithm).unwrap())
                .unwrap();
        jwk["alg"] = json!(self.algorithm_name());
        jwk["use"] = json!("sig");
        if let Some(kid) = self.kid {
            jwk["kid"] = json!(kid);
        }
        jwk
    }

    /// The entry without those members.
    pub(crate) fn jwk_without(&self, members: &[&str]) -> Value {
        let mut jwk = self.jwk();
        for member in members {
            jwk.as_object_mut().unwrap().remove(*member);
        }
        jwk
    }

    pub(crate) fn header(&self) -> Value {
        let mut header = json!({ "alg": self.algorithm_name(), "typ": "JWT" });
        if let Some(kid) = self.kid {
            header["kid"] = json!(kid);
        }
        header
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_text(&self.header().to_string(), &claims.to_string())
    }

    /// Signs whatever is given, JSON or not.
    pub(crate) fn sign_text(&self, header: &str, payload: &str) -> String {
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(payload)
        );
        let signature =
            jsonwebtoken::crypto::sign(signed.as_bytes(), &self.encoding, self.algorithm).unwrap();
        format!("{signed}.{signature}")
    }
}

/// A token with this header whose signature is nonsense.
pub(crate) fn unsigned(header: &Value) -> String {
    let encoded = |text: String| URL_SAFE_NO_PAD.encode(text);
    format!(
        "{}.{}.{}",
        encoded(header.to_string()),
        encoded(json!({"sub": "auth0|alice"}).to_string()),
        encoded("x".repeat(64))
    )
}

/// Every algorithm that the code under test knows has a name that the signer knows too.
pub(crate) fn implementation(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    algorithm.name().parse().unwrap()
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}
