//! The settings of a verifier.

use std::sync::Arc;

use axum_auth0_core::jwt::Algorithm;

#[cfg(feature = "introspection")]
use super::introspection::Introspector;
use super::{
    challenge::ChallengeSettings, dpop::Dpop, resource_metadata::ResourceMetadata,
    trusted_issuer::TrustedIssuer,
};

/// The settings of a verifier. A verified token refers to those that it was verified by.
#[derive(Clone, Debug)]
pub(super) struct VerifierSettings {
    pub(super) main: TrustedIssuer,
    pub(super) others: Vec<TrustedIssuer>,
    pub(super) challenge: Arc<ChallengeSettings>,
    pub(super) metadata: Option<Arc<ResourceMetadata>>,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) dpop: Option<Dpop>,
    #[cfg(feature = "introspection")]
    pub(super) introspector: Option<Arc<Introspector>>,
    /// Accepted clock skew, in seconds.
    pub(super) leeway: i64,
    pub(super) client_credentials: ClientCredentials,
}

/// Whether tokens whose principal is a client are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClientCredentials {
    Rejected,
    Allowed,
}

impl VerifierSettings {
    /// Returns all trusted issuers, the main one first.
    pub(super) fn issuers(&self) -> impl Iterator<Item = &TrustedIssuer> {
        std::iter::once(&self.main).chain(&self.others)
    }

    /// Changes the settings of the challenges.
    pub(super) fn challenge_mut(&mut self) -> &mut ChallengeSettings {
        Arc::make_mut(&mut self.challenge)
    }
}
