//! Random handles (codes, opaque tokens, cookies, transactions) and the fingerprint under which they are stored.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// 256 random bits, safe in URLs, forms and cookies.
pub(crate) fn unguessable() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// 128 random bits for names that are unique but not secret: `jti`, `sid`, `kid`, grant ids.
pub(crate) fn unique() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>())
}

/// SHA-256 of `handle`, base64url. Only this is stored: whoever reads the database holds nothing that can be presented.
/// PKCE's S256 challenge is the same function of the verifier (RFC 7636 §4.2).
pub(crate) fn fingerprint(handle: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(handle.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprint_is_the_s256_challenge_of_rfc_7636_appendix_b() {
        assert_eq!(
            fingerprint("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn handles_differ_each_time() {
        assert_ne!(unguessable(), unguessable());
        assert_eq!(unguessable().len(), 43);
    }
}
