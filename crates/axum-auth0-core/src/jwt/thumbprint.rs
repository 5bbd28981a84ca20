//! Thumbprints of keys (RFC 7638).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest;
use serde_json::{Map, Value};

/// Returns the thumbprint of the required members (RFC 7638 §3): base64url of their SHA-256. None of them needs escaping
/// in JSON.
pub(crate) fn of_required_members(required: &Map<String, Value>) -> String {
    let mut members: Vec<_> = required
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
        .collect();
    members.sort_unstable();
    let members: Vec<_> = members
        .into_iter()
        .map(|(name, value)| format!("\"{name}\":\"{value}\""))
        .collect();
    let json = format!("{{{}}}", members.join(","));
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, json.as_bytes()))
}

/// Returns the thumbprint of a public key that was parsed, so its members are base64url. `None` for other types of keys.
pub(crate) fn of_public_key(jwk: &Map<String, Value>) -> Option<String> {
    let names: &[&str] = match jwk.get("kty")?.as_str()? {
        "RSA" => &["e", "kty", "n"],
        "EC" => &["crv", "kty", "x", "y"],
        "OKP" => &["crv", "kty", "x"],
        _ => return None,
    };
    let required = names
        .iter()
        .map(|&name| Some((name.to_owned(), jwk.get(name)?.clone())));
    Some(of_required_members(&required.collect::<Option<_>>()?))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    /// RFC 7638 §3.1, and RFC 8037 appendix A.3.
    #[test]
    fn the_thumbprints_are_those_of_the_specifications() {
        let rsa = json!({
            "kty": "RSA",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            "e": "AQAB",
            "alg": "RS256",
            "kid": "2011-04-29",
        });
        let ed25519 = json!({
            "kty": "OKP",
            "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        });
        for (jwk, thumbprint) in [
            (rsa, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
            (ed25519, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
        ] {
            let jwk = jwk.as_object().unwrap();
            assert_eq!(of_public_key(jwk).as_deref(), Some(thumbprint));
        }
        assert_eq!(
            of_public_key(json!({ "kty": "oct" }).as_object().unwrap()),
            None
        );
    }
}
