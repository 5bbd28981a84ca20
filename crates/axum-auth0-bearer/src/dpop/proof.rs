//! The checks of a proof (RFC 9449 §4.3, §7.1).

use axum_auth0_core::{
    dpop::{PROOF_HEADER, ProofError, VerifiedProof, access_token_hash},
    jwt::Claims,
};
use http::{HeaderMap, Method};

use super::{Dpop, replay::Recorded, target::is_target};
use crate::{error_kind::BearerErrorKind, rejection::Rejection};

/// Maximum length of `jti`, in bytes.
const MAX_ID: usize = 256;

/// What a proof is compared with.
#[derive(Clone, Copy)]
pub(crate) struct ProofRequest<'a> {
    pub(crate) method: &'a Method,
    /// The path of the request as it was received.
    pub(crate) path: &'a str,
    pub(crate) headers: &'a HeaderMap,
    /// The access token of the request.
    pub(crate) token: &'a str,
    /// The issuer of the access token.
    pub(crate) issuer: &'a str,
    /// The thumbprint of the key that the access token is bound to.
    pub(crate) thumbprint: &'a str,
    /// In seconds since 1970-01-01T00:00:00Z.
    pub(crate) now: i64,
    /// Accepted clock skew, in seconds.
    pub(crate) leeway: i64,
    /// Whether the proof was accepted before by another verifier of the same request.
    pub(crate) is_accepted: bool,
}

impl Dpop {
    /// Checks the proof of a request with a bound token. What is cheap comes first; the proof is recorded last.
    pub(crate) fn check(&self, request: &ProofRequest<'_>) -> Result<(), Rejection> {
        let mut proofs = request.headers.get_all(PROOF_HEADER).iter();
        let proof = match (proofs.next(), proofs.next()) {
            (Some(proof), None) => proof,
            (None, _) => return Err(invalid("is missing: the request has no header DPoP")),
            (Some(_), Some(_)) => return Err(invalid("is sent more than once")),
        };
        let proof = proof.to_str().map_err(|_| invalid("is not a JWT"))?;
        let proof = VerifiedProof::verify(proof, &self.algorithms).map_err(malformed)?;
        let claims = proof.claims();
        let id = text(claims, "jti")?;
        if id.len() > MAX_ID {
            return Err(claim("jti", "is too long"));
        }
        if text(claims, "htm")? != request.method.as_str() {
            return Err(claim("htm", "is not the method of the request"));
        }
        let htu = text(claims, "htu")?;
        if !is_target(htu, &self.base, request.path) {
            let problem = "is not the URL of the request below the public URL of this API";
            return Err(claim("htu", problem).found(htu));
        }
        let oldest = request.now.saturating_sub(self.max_age + request.leeway);
        match claims.numeric_date("iat") {
            Ok(Some(issued_at)) if issued_at > request.now.saturating_add(request.leeway) => {
                return Err(claim("iat", "is in the future"));
            }
            Ok(Some(issued_at)) if issued_at >= oldest => {}
            Ok(Some(_)) => return Err(claim("iat", "is too long ago")),
            _ => return Err(claim("iat", "is missing, or not a time")),
        }
        if text(claims, "ath")? != access_token_hash(request.token) {
            return Err(claim("ath", "is not the hash of the access token"));
        }
        if proof.thumbprint() != request.thumbprint {
            return Err(invalid("has another key than the access token is bound to"));
        }
        if let Some(nonces) = &self.nonces {
            let nonce = claims.string("nonce").ok().flatten();
            if !nonce.is_some_and(|nonce| nonces.accepts(nonce, request.now)) {
                return Err(BearerErrorKind::NonceRequired.into());
            }
        }
        if request.is_accepted {
            return Ok(());
        }
        let key = (request.issuer, request.thumbprint);
        // A proof may be from the future, and is accepted until it is too old.
        let lifetime = self.max_age + 2 * request.leeway + 1;
        match self.replays.record(key, id, request.now, lifetime) {
            Recorded::New => Ok(()),
            Recorded::Replayed => Err(BearerErrorKind::ProofReplayed.into()),
            Recorded::Full => Err(BearerErrorKind::TooManyProofs.into()),
        }
    }
}

fn text<'c>(claims: &'c Claims, name: &'static str) -> Result<&'c str, Rejection> {
    match claims.string(name) {
        Ok(Some(text)) if !text.is_empty() => Ok(text),
        _ => Err(claim(name, "is missing, or not a text")),
    }
}

fn invalid(problem: &str) -> Rejection {
    Rejection::proof("(all)", format!("the DPoP proof {problem}"))
}

fn claim(name: &'static str, problem: &str) -> Rejection {
    Rejection::proof(
        name,
        format!("the claim {name} of the DPoP proof {problem}"),
    )
}

fn malformed(error: ProofError) -> Rejection {
    invalid(&error.to_string())
}
