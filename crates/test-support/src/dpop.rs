//! Proofs of `DPoP` (RFC 9449), independent of the code under test.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::HeaderMap;
use jsonwebtoken::{
    DecodingKey, Validation,
    jwk::{Jwk, ThumbprintHash},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::signer::{Signer, encode};

/// A proof whose signature verifies with its own key.
#[derive(Clone, Debug)]
pub struct Proof {
    pub claims: Value,
    /// The thumbprint of the key.
    pub jkt: String,
}

impl Proof {
    /// Verifies type, key and signature.
    ///
    /// # Errors
    /// The problem.
    pub fn parse(text: &str) -> Result<Self, String> {
        let header = text.split('.').next().unwrap_or_default();
        let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| "no JWT")?;
        let header: Value = serde_json::from_slice(&header).map_err(|_| "no JWT")?;
        if header["typ"] != "dpop+jwt" {
            return Err(format!("typ {}", header["typ"]));
        }
        if header["jwk"].get("d").is_some() {
            return Err("a private key".to_owned());
        }
        let jwk: Jwk = serde_json::from_value(header["jwk"].clone()).map_err(|_| "no jwk")?;
        let algorithm = header["alg"].as_str().unwrap_or_default();
        let algorithm = algorithm.parse().map_err(|_| "alg")?;
        let mut validation = Validation::new(algorithm);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let key = DecodingKey::from_jwk(&jwk).map_err(|error| error.to_string())?;
        let token = jsonwebtoken::decode::<Value>(text, &key, &validation)
            .map_err(|error| error.to_string())?;
        Ok(Self {
            claims: token.claims,
            jkt: jwk.thumbprint(ThumbprintHash::SHA256).unwrap(),
        })
    }

    /// Verifies the only proof in `headers`.
    ///
    /// # Panics
    /// If there is none, or more than one, or an invalid one.
    pub fn of(headers: &HeaderMap) -> Self {
        let proofs: Vec<_> = headers.get_all("dpop").iter().collect();
        assert_eq!(proofs.len(), 1, "one proof");
        Self::parse(proofs[0].to_str().unwrap()).unwrap()
    }

    /// Returns the first violation of RFC 9449 §4.3 by the claims.
    pub fn violation(
        &self,
        (method, url): (&str, &str),
        now: i64,
        nonce: Option<&str>,
        token: Option<&str>,
    ) -> Option<&'static str> {
        let claims = &self.claims;
        let iat = claims["iat"].as_i64().unwrap_or_default();
        let hash = token.map(hash);
        if claims["htm"] != method {
            Some("htm")
        } else if claims["htu"] != url {
            Some("htu")
        } else if !(now - 60..=now + 5).contains(&iat) {
            Some("iat")
        } else if claims.get("ath").and_then(Value::as_str) != hash.as_deref() {
            Some("ath")
        } else if nonce.is_some() && claims.get("nonce").and_then(Value::as_str) != nonce {
            Some("nonce")
        } else if claims["jti"].as_str().is_none_or(|jti| jti.len() < 16) {
            Some("jti")
        } else {
            None
        }
    }
}

/// Returns `ath` of an access token.
pub fn hash(token: &str) -> String {
    encode(Sha256::digest(token))
}

/// Returns the thumbprint of the key of `signer`.
pub fn thumbprint(signer: &Signer) -> String {
    let jwk: Jwk = serde_json::from_value(signer.jwk()).unwrap();
    jwk.thumbprint(ThumbprintHash::SHA256).unwrap()
}

/// Returns header and claims of a valid proof for a request with `token`, to be changed and signed.
pub fn proof_of(
    signer: &Signer,
    (method, url): (&str, &str),
    now: i64,
    jti: &str,
    token: &str,
) -> (Value, Value) {
    let header = json!({
        "typ": "dpop+jwt",
        "alg": signer.header()["alg"],
        "jwk": signer.jwk_without(&["kid", "alg", "use"]),
    });
    let claims = json!({
        "jti": jti,
        "htm": method,
        "htu": url,
        "iat": now,
        "ath": hash(token),
    });
    (header, claims)
}
