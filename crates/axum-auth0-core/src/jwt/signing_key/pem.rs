//! Reads private keys in PEM.

use ring::{
    rand::SystemRandom,
    rsa,
    signature::{self, EcdsaKeyPair, Ed25519KeyPair},
};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject as _};

use super::{Pair, SigningKeyError};

/// Parses the first private key.
pub(super) fn parse(pem: &str) -> Result<Pair, SigningKeyError> {
    let unescaped;
    let pem = if pem.contains('\n') {
        pem
    } else {
        unescaped = pem.replace("\\r", "").replace("\\n", "\n");
        &unescaped
    };
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| SigningKeyError::NotPem)?;
    match key {
        PrivateKeyDer::Pkcs8(der) => pkcs8(der.secret_pkcs8_der()),
        PrivateKeyDer::Pkcs1(der) => rsa::KeyPair::from_der(der.secret_pkcs1_der())
            .ok()
            .map(Pair::Rsa),
        _ => None,
    }
    .ok_or(SigningKeyError::NotUsable)
}

/// Parses a key of any kind that ring knows. The kinds have distinct identifiers, so at most one parser accepts it.
pub(super) fn pkcs8(der: &[u8]) -> Option<Pair> {
    let random = SystemRandom::new();
    let curves = [
        &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
        &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
    ];
    let ec = || {
        curves
            .into_iter()
            .find_map(|curve| EcdsaKeyPair::from_pkcs8(curve, der, &random).ok())
    };
    // openssl writes Ed25519 keys without the public half.
    let ed25519 = || Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).ok();
    rsa::KeyPair::from_pkcs8(der)
        .ok()
        .map(Pair::Rsa)
        .or_else(|| ec().map(Pair::Ec))
        .or_else(|| ed25519().map(Pair::Ed25519))
}
