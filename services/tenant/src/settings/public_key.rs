//! Public keys of applications that authenticate with a private key, in PEM or as a JSON Web Key.

use std::collections::BTreeMap;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{
    Algorithm,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, ThumbprintHash},
};
use rsa::{RsaPublicKey, pkcs8::DecodePublicKey as _, traits::PublicKeyParts as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The minimum size of an RSA modulus, in bytes.
const MIN_RSA_BYTES: usize = 256;

/// Members of private and symmetric keys.
const PRIVATE_MEMBERS: [&str; 2] = ["d", "k"];

/// A public key of an application, whose signatures the tenant accepts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    kid: String,
    jwk: Jwk,
}

/// The text is not a public key that the tenant can use. Its message contains no part of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PublicKeyError(&'static str);

const NOT_A_KEY: PublicKeyError = PublicKeyError(
    "not a public key: it must be PEM (`-----BEGIN PUBLIC KEY-----`), a JWK or a JWK Set",
);
const PRIVATE: PublicKeyError =
    PublicKeyError("this is a private key, which only the application may have");
const UNSUPPORTED: PublicKeyError = PublicKeyError(
    "the kind of key is not supported: RSA of at least 2048 bits, P-256, P-384 or Ed25519",
);

impl PublicKey {
    /// Reads one key in PEM, one JWK, or a JWK Set (RFC 7517).
    ///
    /// # Errors
    /// Returns an error for private keys, and for keys that verify none of the algorithms RS256, RS384, PS256, ES256, ES384 and
    /// `EdDSA`.
    pub fn parse(text: &str) -> Result<Vec<Self>, PublicKeyError> {
        if text.contains("-----BEGIN") {
            return Ok(vec![Self::from_pem(text)?]);
        }
        let document: Value = serde_json::from_str(text).map_err(|_| NOT_A_KEY)?;
        match document.get("keys") {
            Some(Value::Array(keys)) => keys.iter().map(Self::from_jwk).collect(),
            Some(_) => Err(NOT_A_KEY),
            None => Ok(vec![Self::from_jwk(&document)?]),
        }
    }

    fn from_jwk(value: &Value) -> Result<Self, PublicKeyError> {
        if PRIVATE_MEMBERS.iter().any(|name| value.get(name).is_some()) {
            return Err(PRIVATE);
        }
        let jwk: Jwk = serde_json::from_value(value.clone()).map_err(|_| NOT_A_KEY)?;
        let kid = match &jwk.common.key_id {
            Some(kid) => kid.clone(),
            None => jwk
                .thumbprint(ThumbprintHash::SHA256)
                .map_err(|_| UNSUPPORTED)?,
        };
        let key = Self { kid, jwk };
        if key.algorithms().is_empty() {
            return Err(UNSUPPORTED);
        }
        Ok(key)
    }

    fn from_pem(pem: &str) -> Result<Self, PublicKeyError> {
        if pem.contains("PRIVATE KEY") {
            return Err(PRIVATE);
        }
        let body = pem
            .split_once("-----BEGIN PUBLIC KEY-----")
            .and_then(|(_, rest)| rest.split_once("-----END PUBLIC KEY-----"))
            .map(|(body, _)| body.split_ascii_whitespace().collect::<String>())
            .ok_or(NOT_A_KEY)?;
        let der = STANDARD.decode(body).map_err(|_| NOT_A_KEY)?;
        Self::from_jwk(&jwk_of(&der).ok_or(UNSUPPORTED)?)
    }

    /// Returns `kid` of the JWK, or its thumbprint (RFC 7638).
    pub fn kid(&self) -> &str {
        &self.kid
    }

    pub(crate) fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// Returns the algorithms whose signatures this key verifies; only `alg` if the JWK has it.
    pub(crate) fn algorithms(&self) -> Vec<Algorithm> {
        let of_type: &[Algorithm] = match &self.jwk.algorithm {
            AlgorithmParameters::RSA(rsa) if modulus_bytes(&rsa.n) >= MIN_RSA_BYTES => {
                &[Algorithm::RS256, Algorithm::RS384, Algorithm::PS256]
            }
            AlgorithmParameters::EllipticCurve(ec) => match ec.curve {
                EllipticCurve::P256 => &[Algorithm::ES256],
                EllipticCurve::P384 => &[Algorithm::ES384],
                _ => &[],
            },
            AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
                &[Algorithm::EdDSA]
            }
            _ => &[],
        };
        let only = self.jwk.common.key_algorithm;
        let is_allowed =
            |algorithm: Algorithm| only.is_none_or(|only| only == KeyAlgorithm::from(algorithm));
        of_type
            .iter()
            .copied()
            .filter(|algorithm| is_allowed(*algorithm))
            .collect()
    }
}

fn modulus_bytes(n: &str) -> usize {
    let bytes = URL_SAFE_NO_PAD.decode(n).unwrap_or_default();
    bytes.iter().skip_while(|byte| **byte == 0).count()
}

/// Returns the JWK of a `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7). Of curves, the DER before the key is constant.
fn jwk_of(der: &[u8]) -> Option<Value> {
    const P256: &[u8] = &[
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
        0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ];
    const P384: &[u8] = &[
        0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05,
        0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04,
    ];
    const ED25519: &[u8] = &[
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    ];
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let members: BTreeMap<&str, String> = if let Some(point) = der.strip_prefix(P256)
        && point.len() == 64
    {
        let (x, y) = point.split_at(32);
        BTreeMap::from([
            ("crv", "P-256".to_owned()),
            ("x", encode(x)),
            ("y", encode(y)),
        ])
    } else if let Some(point) = der.strip_prefix(P384)
        && point.len() == 96
    {
        let (x, y) = point.split_at(48);
        BTreeMap::from([
            ("crv", "P-384".to_owned()),
            ("x", encode(x)),
            ("y", encode(y)),
        ])
    } else if let Some(x) = der.strip_prefix(ED25519)
        && x.len() == 32
    {
        let crv = "Ed25519".to_owned();
        return Some(json!({ "kty": "OKP", "crv": crv, "x": encode(x) }));
    } else {
        let key = RsaPublicKey::from_public_key_der(der).ok()?;
        let (n, e) = (key.n().to_bytes_be(), key.e().to_bytes_be());
        return Some(json!({ "kty": "RSA", "n": encode(&n), "e": encode(&e) }));
    };
    let mut jwk = json!(members);
    jwk["kty"] = json!("EC");
    Some(jwk)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const P256: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEhdR3uy12UhzAhywXWV05EurRB+w/
gcQOm/f0gR7KFjeX+l3Vcs4qM2oTgFc03zTgGAg/V7dkoP0C9nbYE04Q7w==
-----END PUBLIC KEY-----";
    const P384: &str = "-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE2klzGdpmBBDygsZBqD6dEXll5pGGpf3v
PFmlrBWuz0+5N6jPuJ8BwgZyChqpmtANbwAEp/90UB6ypZICt1ykbSducM2I6Emv
A81XgxkMGIlBVqUs0Eu+/qTGT+kA2YPL
-----END PUBLIC KEY-----";
    const ED25519: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAolu0ZTNX4VnBhQI1tPiTdLDeLsK407Nsb2GXYTj2XWA=
-----END PUBLIC KEY-----";
    const RSA: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA5Jxy+S81SOih/QFND8d2
EdZ+ebqzu3CL7eFT3vsWBtYy4B3dS7WpMPYWrIEboIURsjzY37kIBNvh63o/7xAc
c52KuwVxAnfriMT91r7Zq9zLZrewheiVjz1MzC3MSYRJGChHflnZHP+NLcPUHWSj
TP1oiFyK7gQg4dZbYfnDH1aSX2Rkv8ryY1D73+Xsa2+hD+Vc70PgAdzyEuom8FpP
K0pHcyJw4MR6vvCte9COiwqnICKQt0ii5x3w2JCH+5ZCYOhn08tHQ1jxlPvuEX8s
E9HlNReXd7/XPWOgVI+BAXuhRSukkyFPsCcHXJEwLpzlQ/eTGIFa9q6rNPY4XTCQ
rQIDAQAB
-----END PUBLIC KEY-----";

    fn only(text: &str) -> PublicKey {
        let mut keys = PublicKey::parse(text).unwrap();
        assert_eq!(keys.len(), 1);
        keys.remove(0)
    }

    #[test]
    fn keys_of_openssl_are_read() {
        for (pem, algorithms) in [
            (P256, vec![Algorithm::ES256]),
            (P384, vec![Algorithm::ES384]),
            (ED25519, vec![Algorithm::EdDSA]),
            (
                RSA,
                vec![Algorithm::RS256, Algorithm::RS384, Algorithm::PS256],
            ),
        ] {
            let key = only(pem);
            assert_eq!(key.algorithms(), algorithms);
            assert_eq!(key.kid().len(), 43, "the thumbprint");
        }
    }

    #[test]
    fn a_jwk_keeps_its_kid_and_its_algorithm() {
        let mut jwk = serde_json::to_value(only(RSA).jwk()).unwrap();
        jwk["kid"] = json!("one");
        jwk["alg"] = json!("PS256");
        let set = json!({ "keys": [jwk] }).to_string();
        let key = only(&set);
        assert_eq!(
            (key.kid(), key.algorithms()),
            ("one", vec![Algorithm::PS256])
        );
    }

    #[test]
    fn private_weak_and_other_keys_are_rejected() {
        let mut private = serde_json::to_value(only(ED25519).jwk()).unwrap();
        private["d"] = json!("AAAA");
        for (text, error) in [
            (
                "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----",
                PRIVATE,
            ),
            (&private.to_string(), PRIVATE),
            (r#"{"kty":"oct","k":"AAAA"}"#, PRIVATE),
            (r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, UNSUPPORTED),
            (
                "-----BEGIN PUBLIC KEY-----\nMC4C\n-----END PUBLIC KEY-----",
                UNSUPPORTED,
            ),
            (
                "-----BEGIN PUBLIC KEY-----\n%\n-----END PUBLIC KEY-----",
                NOT_A_KEY,
            ),
            ("a key", NOT_A_KEY),
        ] {
            assert_eq!(PublicKey::parse(text), Err(error), "{text}");
        }
    }
}
