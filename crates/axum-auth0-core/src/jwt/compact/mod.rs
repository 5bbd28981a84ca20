//! The compact serialization: header, payload and signature, separated by dots.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{
    MAX_TOKEN_BYTES,
    algorithm::Algorithm,
    claims::Claims,
    error::{HeaderError, JwtParseError},
    strict_json,
};
use crate::json;

/// A parsed JWT that is not verified.
pub struct CompactJwt<'token> {
    header: Map<String, Value>,
    claims: Claims,
    signing_input: &'token str,
    signature: Vec<u8>,
}

/// Omits the claims, which are not verified.
impl fmt::Debug for CompactJwt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompactJwt")
            .field("algorithm", &self.algorithm_name())
            .finish_non_exhaustive()
    }
}

/// The checked header.
#[derive(Clone)]
pub(crate) struct JwtHeader {
    pub(crate) algorithm: Algorithm,
    pub(crate) key_id: Option<String>,
    pub(crate) media_type: Option<String>,
}

impl<'token> CompactJwt<'token> {
    /// Parses a compact JWT. Cheap checks run first.
    ///
    /// # Errors
    /// [`JwtParseError`] if the string is not an acceptable JWT.
    pub fn parse(token: &'token str) -> Result<Self, JwtParseError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(JwtParseError::TooLong { bytes: token.len() });
        }
        let mut segments = token.split('.');
        let (Some(header), Some(payload), Some(signature), None) = (
            segments.next(),
            segments.next(),
            segments.next(),
            segments.next(),
        ) else {
            return Err(JwtParseError::Segments);
        };
        let signing_input = &token[..header.len() + 1 + payload.len()];
        let signature = decode_base64url(signature)?;
        let header = strict_json::object(&decode_base64url(header)?).ok_or(JwtParseError::Json)?;
        let claims = strict_json::object(&decode_base64url(payload)?).ok_or(JwtParseError::Json)?;
        if !matches!(header.get("alg"), Some(Value::String(_))) {
            return Err(JwtParseError::Header);
        }
        Ok(Self {
            header,
            claims: Claims::new(claims),
            signing_input,
            signature,
        })
    }

    /// Checks the header. `jku`, `jwk`, `x5u` and `x5c` are not read here: keys of tokens come from the
    /// provider's metadata only.
    pub(crate) fn header(&self, allowed: &[Algorithm]) -> Result<JwtHeader, HeaderError> {
        let text = |name: &str| match json::member(&self.header, name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(JwtParseError::Header),
        };
        if ["crit", "b64", "zip"]
            .iter()
            .any(|extension| self.header.contains_key(*extension))
        {
            return Err(HeaderError::Extension);
        }
        let algorithm = text("alg")?
            .and_then(|name| name.parse().ok())
            .filter(|algorithm| allowed.contains(algorithm))
            .ok_or(HeaderError::AlgorithmNotAllowed)?;
        Ok(JwtHeader {
            algorithm,
            key_id: text("kid")?,
            media_type: text("typ")?,
        })
    }

    /// Returns a header parameter. A `DPoP` proof has its key there.
    pub(crate) fn header_parameter(&self, name: &str) -> Option<&Value> {
        json::member(&self.header, name)
    }

    /// Returns the signing input (RFC 7515 §5.1).
    pub(crate) fn signing_input(&self) -> &'token [u8] {
        self.signing_input.as_bytes()
    }

    pub(crate) fn signature(&self) -> &Vec<u8> {
        &self.signature
    }

    /// Returns `alg`, which may be an algorithm that is not accepted.
    pub(crate) fn algorithm_name(&self) -> &str {
        self.header
            .get("alg")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// Returns the claims, which are not verified.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    pub(crate) fn into_claims(self) -> Claims {
        self.claims
    }
}

/// Decodes base64url. Padding, other alphabets and trailing bits are rejected, so that a token has one encoding only.
fn decode_base64url(segment: &str) -> Result<Vec<u8>, JwtParseError> {
    URL_SAFE_NO_PAD
        .decode(segment)
        .map_err(|_| JwtParseError::Encoding)
}

#[cfg(test)]
mod tests;
