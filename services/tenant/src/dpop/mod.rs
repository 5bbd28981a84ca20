//! `DPoP` (RFC 9449): access tokens that are bound to a key of the application.
//!
//! Refresh tokens are not: all applications of the tenant authenticate, and RFC 9449 §5 binds only those of public clients.

mod nonces;
mod proof;
mod used_proofs;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};

use self::{nonces::Nonces, proof::Proof, used_proofs::UsedProofs};
use crate::settings::{DpopProofs, Settings};

/// The header of a proof.
const PROOF_HEADER: &str = "dpop";

/// The header that tells the nonce of the next proof.
pub(crate) const NONCE_HEADER: HeaderName = HeaderName::from_static("dpop-nonce");

/// The algorithms of proofs, as in the discovery document.
pub(crate) const ALGORITHMS: [&str; 5] = ["ES256", "ES384", "EdDSA", "PS256", "RS256"];

/// How old a proof may be, in seconds.
const MAX_AGE: i64 = 60;

/// By how much the clock of an application may be ahead, in seconds.
const MAX_AHEAD: i64 = 5;

/// Why a proof is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DpopError {
    /// `invalid_dpop_proof`.
    Invalid(&'static str),
    /// `use_dpop_nonce`: the proof has no nonce, or an old one.
    UseNonce,
}

/// A request that may have a proof.
#[derive(Clone, Copy)]
pub(crate) struct ProvenRequest<'a> {
    pub(crate) headers: &'a HeaderMap,
    pub(crate) method: &'a str,
    /// Its URL, without a query.
    pub(crate) url: &'a str,
    /// The access token of the request.
    pub(crate) token: Option<&'a str>,
}

/// Checks proofs.
pub(crate) struct Dpop {
    is_on: bool,
    nonces: Option<Nonces>,
    used: UsedProofs,
}

impl Dpop {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            is_on: settings.dpop != DpopProofs::Ignored,
            nonces: (settings.dpop == DpopProofs::WithNonce).then(Nonces::new),
            used: UsedProofs::default(),
        }
    }

    /// Returns the nonce for the next proof, if the tenant requires nonces.
    pub(crate) fn nonce(&self, now: i64) -> Option<HeaderValue> {
        let nonce = self.nonces.as_ref()?.current(now);
        HeaderValue::from_str(&nonce).ok()
    }

    /// Checks the proof of a request (RFC 9449 §4.3). Returns the thumbprint of its key, or `None` if it has no proof.
    pub(crate) fn proven_key(
        &self,
        request: ProvenRequest<'_>,
        now: i64,
    ) -> Result<Option<String>, DpopError> {
        let mut proofs = request.headers.get_all(PROOF_HEADER).iter();
        let proof = match (proofs.next(), proofs.next()) {
            _ if !self.is_on => return Ok(None),
            (None, _) => return Ok(None),
            (Some(proof), None) => proof,
            (Some(_), Some(_)) => return Err(DpopError::Invalid("There is more than one proof.")),
        };
        let text = proof
            .to_str()
            .map_err(|_| DpopError::Invalid("The proof is not a JWT."))?;
        let proof = Proof::parse(text).map_err(DpopError::Invalid)?;
        proof.check(request, now).map_err(DpopError::Invalid)?;
        if let Some(nonces) = &self.nonces
            && !proof
                .nonce()
                .is_some_and(|nonce| nonces.accepts(nonce, now))
        {
            return Err(DpopError::UseNonce);
        }
        let expires_at = now + MAX_AGE + MAX_AHEAD;
        if !self
            .used
            .insert(&proof.thumbprint, proof.id(), expires_at, now)
        {
            return Err(DpopError::Invalid("The proof was used before."));
        }
        Ok(Some(proof.thumbprint))
    }
}

/// Returns whether `text` can be the thumbprint of a key: base64url of a SHA-256.
pub(crate) fn is_thumbprint(text: &str) -> bool {
    text.len() == 43
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Returns the sentence of the dashboard.
pub(crate) fn describe(proofs: DpopProofs) -> &'static str {
    match proofs {
        DpopProofs::Ignored => {
            "Proofs of DPoP are ignored, so all access tokens are bearer tokens."
        }
        DpopProofs::Accepted => {
            "An access token is bound to the key of the request's DPoP proof, if there is one."
        }
        DpopProofs::WithNonce => {
            "An access token is bound to the key of the request's DPoP proof, if there is one; proofs need a nonce of the \
             last two minutes."
        }
    }
}

/// Returns scheme and token of the `Authorization` header.
pub(crate) fn presented_token(headers: &HeaderMap) -> Option<(&str, &str)> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    Some((scheme, token.trim()))
}
