//! `DPoP` proofs ([RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)): how a client proves that it holds the key that
//! its access token is bound to.
//!
//! [`ProofClaims`] signs a proof. [`VerifiedProof`] verifies its signature with the key in its header; the receiver
//! compares the claims with the request.

mod error;
mod sign;
mod target;
mod verify;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::HeaderName;
use ring::digest;

pub use self::{error::ProofError, sign::ProofClaims, target::target_uri, verify::VerifiedProof};

/// The header of a proof.
pub const PROOF_HEADER: HeaderName = HeaderName::from_static("dpop");

/// The header in which a server tells the nonce of the next proof (RFC 9449 §8).
pub const NONCE_HEADER: HeaderName = HeaderName::from_static("dpop-nonce");

/// `typ` of a proof (RFC 9449 §4.2).
const MEDIA_TYPE: &str = "dpop+jwt";

/// Returns the hash of an access token for the claim `ath` (RFC 9449 §4.2): base64url of its SHA-256.
pub fn access_token_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, token.as_bytes()))
}

#[cfg(test)]
mod tests;
