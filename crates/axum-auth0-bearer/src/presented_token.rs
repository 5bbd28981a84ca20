//! A token with what its request proves.

use axum::extract::OriginalUri;
use axum_auth0_core::dpop::PROOF_HEADER;
use http::{HeaderValue, request::Parts};

use super::client_certificate::ClientCertificate;

/// The scheme of the `Authorization` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Bearer,
    Dpop,
}

/// A token, and the request that it came with.
#[derive(Clone, Copy)]
pub(super) struct PresentedToken<'r> {
    pub(super) token: &'r str,
    pub(super) scheme: Scheme,
    /// `None` if only the token is known. Then it cannot be one that is bound to a key.
    pub(super) request: Option<&'r Parts>,
}

impl<'r> PresentedToken<'r> {
    /// Returns the path of the request as it was received. A nested router sees only a part of it.
    pub(super) fn path(parts: &'r Parts) -> &'r str {
        match parts.extensions.get::<OriginalUri>() {
            Some(OriginalUri(uri)) => uri.path(),
            None => parts.uri.path(),
        }
    }

    pub(super) fn certificate(&self) -> Option<&'r ClientCertificate> {
        self.request?.extensions.get()
    }
}

/// The proof of a request that was accepted. Another verifier of the same request does not take it for a replay.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct AcceptedProof(HeaderValue);

impl AcceptedProof {
    pub(super) fn of(parts: &Parts) -> Option<Self> {
        parts.headers.get(PROOF_HEADER).cloned().map(Self)
    }

    pub(super) fn is_recorded(parts: &Parts) -> bool {
        let recorded = parts.extensions.get::<Self>();
        recorded.is_some() && recorded == Self::of(parts).as_ref()
    }
}
