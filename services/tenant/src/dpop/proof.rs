//! A proof (RFC 9449 §4.2).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    DecodingKey, Validation,
    jwk::{Jwk, ThumbprintHash},
};
use serde_json::{Map, Value};

use super::{ALGORITHMS, MAX_AGE, MAX_AHEAD, ProvenRequest};
use crate::opaque_id::sha256_base64url;

/// Maximum lengths in bytes.
const MAX_PROOF: usize = 4_096;
const MAX_ID: usize = 256;

/// Members of private and symmetric keys.
const PRIVATE_MEMBERS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];

/// A proof whose signature was verified with the key in its header.
pub(super) struct Proof {
    pub(super) thumbprint: String,
    claims: Map<String, Value>,
}

impl Proof {
    /// Verifies type, algorithm, key and signature.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        const NO_JWT: &str = "The proof is not a JWT.";
        const NO_KEY: &str = "The proof has no public key (jwk) that fits its algorithm.";
        if text.len() > MAX_PROOF {
            return Err("The proof is too long.");
        }
        let (header, _) = text.split_once('.').ok_or(NO_JWT)?;
        let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| NO_JWT)?;
        let header: Map<String, Value> = serde_json::from_slice(&header).map_err(|_| NO_JWT)?;
        let parameter = |name: &str| header.get(name).and_then(Value::as_str);
        if !parameter("typ").is_some_and(|typ| typ.eq_ignore_ascii_case("dpop+jwt")) {
            return Err("The typ of the proof is not dpop+jwt.");
        }
        let algorithm = parameter("alg")
            .filter(|algorithm| ALGORITHMS.contains(algorithm))
            .and_then(|algorithm| algorithm.parse().ok())
            .ok_or("The proof is signed with an algorithm that is not supported.")?;
        let jwk = header.get("jwk").ok_or(NO_KEY)?;
        if PRIVATE_MEMBERS.iter().any(|name| jwk.get(name).is_some()) {
            return Err("The jwk of the proof is not a public key.");
        }
        let jwk: Jwk = serde_json::from_value(jwk.clone()).map_err(|_| NO_KEY)?;
        let key = DecodingKey::from_jwk(&jwk).map_err(|_| NO_KEY)?;
        let mut validation = Validation::new(algorithm);
        // The claims are those of RFC 9449, and the clock is the tenant's.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let claims = jsonwebtoken::decode(text, &key, &validation)
            .map_err(|_| "The signature of the proof is wrong.")?
            .claims;
        let thumbprint = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| NO_KEY)?;
        Ok(Self { thumbprint, claims })
    }

    /// Compares the claims with the request.
    pub(super) fn check(&self, request: ProvenRequest<'_>, now: i64) -> Result<(), &'static str> {
        if self.id().is_empty() || self.id().len() > MAX_ID {
            return Err("The jti of the proof is missing or too long.");
        }
        if self.text("htm") != Some(request.method) {
            return Err("The htm of the proof is not the method of the request.");
        }
        let target = self
            .text("htu")
            .and_then(|url| url.parse::<url::Url>().ok());
        let is_target = target.is_some_and(|mut target| {
            // RFC 9449 §4.3: without query and fragment.
            target.set_query(None);
            target.set_fragment(None);
            target.as_str() == request.url
        });
        if !is_target {
            return Err("The htu of the proof is not the URL of the request.");
        }
        let issued_at = self.claims.get("iat").and_then(Value::as_i64);
        match issued_at.map(|issued_at| now - issued_at) {
            None => return Err("The iat of the proof is missing."),
            Some(age) if age > MAX_AGE => return Err("The proof is too old (iat)."),
            Some(age) if age < -MAX_AHEAD => return Err("The proof is from the future (iat)."),
            Some(_) => {}
        }
        if self.text("ath") != request.token.map(sha256_base64url).as_deref() {
            return Err("The ath of the proof is not the hash of the access token.");
        }
        Ok(())
    }

    pub(super) fn id(&self) -> &str {
        self.text("jti").unwrap_or_default()
    }

    pub(super) fn nonce(&self) -> Option<&str> {
        self.text("nonce")
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }
}
