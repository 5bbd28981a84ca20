//! JSON Web Tokens that an application signs: client assertions and request objects.

use jsonwebtoken::{DecodingKey, Validation};
use serde_json::{Map, Value};

use crate::settings::PublicKey;

/// How far clocks may differ, in seconds.
const LEEWAY: i64 = 60;

/// How long an application's JWT may be valid, in seconds (Auth0: five minutes).
const MAX_LIFETIME: i64 = 300;

/// Returns `typ` and the claims of a JWT that one of the keys signed. If its header names a key, it must be one of the keys. Checks no claims.
pub(super) fn verify(
    jwt: &str,
    keys: &[PublicKey],
) -> Result<(Option<String>, Map<String, Value>), &'static str> {
    let header = jsonwebtoken::decode_header(jwt).map_err(|_| "it is not a signed JWT")?;
    let mut candidates = keys
        .iter()
        .filter(|key| key.algorithms().contains(&header.alg))
        .filter(|key| header.kid.as_deref().is_none_or(|kid| kid == key.kid()))
        .peekable();
    if candidates.peek().is_none() {
        return Err("its kid or its alg is not that of a registered key");
    }
    let mut validation = Validation::new(header.alg);
    validation.required_spec_claims.clear();
    // The caller compares times with the tenant's clock.
    validation.validate_exp = false;
    validation.validate_aud = false;
    candidates
        .filter_map(|key| DecodingKey::from_jwk(key.jwk()).ok())
        .find_map(|key| jsonwebtoken::decode(jwt, &key, &validation).ok())
        .map(|token| (token.header.typ, token.claims))
        .ok_or("no registered key made its signature")
}

/// Checks that `iss` is the application and `aud` the tenant alone, and returns the end of its lifetime (RFC 7523 §3).
pub(super) fn check_claims(
    claims: &Map<String, Value>,
    client_id: &str,
    issuer: &str,
    now: i64,
) -> Result<i64, &'static str> {
    if text(claims, "iss") != Some(client_id) {
        return Err("its iss is not the client ID");
    }
    let audience = match claims.get("aud") {
        Some(Value::Array(audiences)) if audiences.len() == 1 => audiences.first(),
        audience => audience,
    };
    // An assertion for several servers could be replayed at one of them.
    if audience.and_then(Value::as_str) != Some(issuer) {
        return Err("its aud is not the issuer of this tenant alone");
    }
    let expires_at = seconds(claims, "exp").ok_or("it has no exp")?;
    if expires_at <= now - LEEWAY {
        return Err("it has expired");
    }
    if expires_at > now + MAX_LIFETIME + LEEWAY {
        return Err("it is valid for more than five minutes");
    }
    for name in ["nbf", "iat"] {
        if claims.contains_key(name) && seconds(claims, name).is_none_or(|from| from > now + LEEWAY)
        {
            return Err("it is not valid yet");
        }
    }
    Ok(expires_at + LEEWAY)
}

pub(super) fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

fn seconds(claims: &Map<String, Value>, name: &str) -> Option<i64> {
    claims.get(name).and_then(Value::as_i64)
}
