//! Verifies proofs.

use std::fmt;

use super::{MEDIA_TYPE, ProofError};
use crate::{
    jwt::{Algorithm, Claims, CompactJwt, thumbprint},
    provider::verify_with_own_key,
};

/// Maximum length of a proof, in bytes. One with an RSA key of 4096 bits has less than half of it.
const MAX_PROOF_BYTES: usize = 4_096;

/// A proof whose signature is verified with the key in its header. Its claims are not checked.
#[derive(Clone)]
pub struct VerifiedProof {
    claims: Claims,
    thumbprint: String,
}

impl VerifiedProof {
    /// Verifies the checks of RFC 9449 §4.3 that concern the proof alone: a JWT with the type `dpop+jwt`, an algorithm of
    /// `algorithms`, a public key in `jwk`, and the signature of this key.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn verify(proof: &str, algorithms: &[Algorithm]) -> Result<Self, ProofError> {
        if proof.len() > MAX_PROOF_BYTES {
            return Err(ProofError::Malformed);
        }
        let jwt = CompactJwt::parse(proof).map_err(|_| ProofError::Malformed)?;
        let header = jwt.header(algorithms).map_err(|_| ProofError::Algorithm)?;
        let is_proof = header
            .media_type
            .as_deref()
            .is_some_and(|found| found.eq_ignore_ascii_case(MEDIA_TYPE));
        if !is_proof {
            return Err(ProofError::MediaType);
        }
        let jwk = jwt.header_parameter("jwk").ok_or(ProofError::Key)?;
        match verify_with_own_key(&jwt, jwk, header.algorithm) {
            None => return Err(ProofError::Key),
            Some(false) => return Err(ProofError::Signature),
            Some(true) => {}
        }
        let thumbprint = jwk
            .as_object()
            .and_then(thumbprint::of_public_key)
            .ok_or(ProofError::Key)?;
        Ok(Self {
            claims: jwt.into_claims(),
            thumbprint,
        })
    }

    /// Returns the claims.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Returns the thumbprint of the key (RFC 7638), to be compared with `cnf.jkt` of the access token.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }
}

impl fmt::Debug for VerifiedProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedProof")
            .field("thumbprint", &self.thumbprint)
            .finish_non_exhaustive()
    }
}
