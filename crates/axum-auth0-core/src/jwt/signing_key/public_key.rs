//! The public half of a signing key.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rsa::PublicKeyComponents,
    signature::{EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Map, Value};

use super::Pair;

/// Length of an uncompressed point on P-256: a byte and two coordinates (SEC 1 §2.3.3).
const P256_POINT: usize = 65;

pub(super) fn is_p256(pair: &EcdsaKeyPair) -> bool {
    pair.public_key().as_ref().len() == P256_POINT
}

/// Returns the required members of the JWK (RFC 7518 §6, RFC 8037 §2).
pub(super) fn jwk(pair: &Pair) -> Map<String, Value> {
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let members = match pair {
        Pair::Rsa(pair) => {
            let public = PublicKeyComponents::<Vec<u8>>::from(pair.public());
            vec![
                ("kty", "RSA".to_owned()),
                ("n", encode(&public.n)),
                ("e", encode(&public.e)),
            ]
        }
        Pair::Ec(pair) => {
            let coordinates = pair.public_key().as_ref().get(1..).unwrap_or_default();
            let (x, y) = coordinates.split_at(coordinates.len() / 2);
            let curve = if is_p256(pair) { "P-256" } else { "P-384" };
            vec![
                ("kty", "EC".to_owned()),
                ("crv", curve.to_owned()),
                ("x", encode(x)),
                ("y", encode(y)),
            ]
        }
        Pair::Ed25519(pair) => vec![
            ("kty", "OKP".to_owned()),
            ("crv", "Ed25519".to_owned()),
            ("x", encode(pair.public_key().as_ref())),
        ],
    };
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect()
}
