//! Providers whose access tokens are accepted.

use std::sync::Arc;

use super::{claim_names::ClaimNames, profile::Profile, rules::Rules};
use axum_auth0_core::{jwt::Algorithm, provider::Provider};

/// A provider whose access tokens a [`Verifier`](super::Verifier) accepts.
#[derive(Clone, Debug)]
pub struct TrustedIssuer {
    pub(super) provider: Provider,
    /// Accepted values of `iss`, compared exactly.
    pub(super) token_issuers: Vec<Arc<str>>,
    pub(super) audience: Option<Arc<str>>,
    pub(super) rules: Arc<Rules>,
    pub(super) clients: Vec<String>,
    /// The accepted algorithms, if they differ from the verifier's.
    pub(super) algorithms: Option<Vec<Algorithm>>,
    pub(super) claim_names: ClaimNames,
}

impl TrustedIssuer {
    /// Trusts a provider. Its access tokens have its own issuer and the default [`Profile`].
    pub fn new(provider: Provider) -> Self {
        let issuer = provider.issuer().as_str().into();
        Self {
            provider,
            token_issuers: vec![issuer],
            audience: None,
            rules: Profile::default().rules(),
            clients: Vec::new(),
            algorithms: None,
            claim_names: ClaimNames::default(),
        }
    }

    /// Sets the profile of the access tokens.
    #[must_use]
    pub fn profile(mut self, profile: impl Into<Profile>) -> Self {
        self.rules = profile.into().rules();
        self
    }

    /// Sets the values of `iss` in the access tokens, if they differ from the provider's issuer. AD FS and Entra ID v1
    /// issue access tokens under another name than ID tokens. The signatures must be made with this provider's keys.
    #[must_use]
    pub fn token_issuers<I: Into<Arc<str>>>(
        mut self,
        issuers: impl IntoIterator<Item = I>,
    ) -> Self {
        self.token_issuers = issuers.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the API's identifier at this provider, if it differs from the verifier's.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<Arc<str>>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Accepts only these clients. By default, all clients are accepted.
    #[must_use]
    pub fn clients<C: Into<String>>(mut self, clients: impl IntoIterator<Item = C>) -> Self {
        self.clients = clients.into_iter().map(Into::into).collect();
        self
    }

    /// Accepts only these algorithms from this provider. By default, those of the verifier are accepted.
    #[must_use]
    pub fn algorithms(mut self, algorithms: &[Algorithm]) -> Self {
        self.algorithms = Some(algorithms.to_vec());
        self
    }

    /// Sets the names of the claims that hold permissions, roles and the login of the user.
    #[must_use]
    pub fn claim_names(mut self, names: ClaimNames) -> Self {
        self.claim_names = names;
        self
    }
}
