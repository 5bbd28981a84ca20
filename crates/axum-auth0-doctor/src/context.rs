//! State that the checks share.

use std::sync::Arc;

use super::{Check, Dependencies, SiteFeatures};
use axum_auth0::{
    clock::SharedClock,
    config::Config,
    http_client::{HttpClient, HttpClientOptions, HttpError},
    oauth::TokenEndpoint,
    provider::{Metadata, Provider},
    random::SharedRandom,
    store::SharedStore,
};

/// Configuration, clients and clock of the checks. Cheap to clone; clones share the provider's metadata and keys.
#[derive(Clone, Debug)]
pub(super) struct CheckContext(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Config,
    http_client: HttpClient,
    provider: Provider,
    clock: SharedClock,
    random: SharedRandom,
    store: Option<SharedStore>,
    features: SiteFeatures,
}

impl CheckContext {
    pub(super) fn new(config: &Config, dependencies: &Dependencies) -> Result<Self, HttpError> {
        let clock = Arc::clone(&dependencies.clock);
        let http_client = HttpClient::new(HttpClientOptions {
            total_timeout: config.http_timeout(),
            plain_http_to: config.provider_internal_url().cloned(),
            clock: Arc::clone(&clock),
            ..HttpClientOptions::default()
        })?;
        let provider = Provider::with_internal_origin(
            config.provider_internal_url(),
            config.issuer().clone(),
            http_client.clone(),
            Arc::clone(&clock),
        );
        Ok(Self(Arc::new(Inner {
            config: config.clone(),
            http_client,
            provider,
            clock,
            random: Arc::clone(&dependencies.random),
            store: dependencies.store.clone(),
            features: dependencies.features.clone(),
        })))
    }

    pub(super) fn config(&self) -> &Config {
        &self.0.config
    }

    pub(super) fn http_client(&self) -> &HttpClient {
        &self.0.http_client
    }

    pub(super) fn provider(&self) -> &Provider {
        &self.0.provider
    }

    pub(super) fn clock(&self) -> &SharedClock {
        &self.0.clock
    }

    pub(super) fn random(&self) -> &SharedRandom {
        &self.0.random
    }

    pub(super) fn store(&self) -> Option<&SharedStore> {
        self.0.store.as_ref()
    }

    pub(super) fn features(&self) -> &SiteFeatures {
        &self.0.features
    }

    /// Returns a client of the token endpoint with the credentials of `config`.
    pub(super) fn token_endpoint(&self, config: &Config) -> TokenEndpoint {
        TokenEndpoint::new(
            config,
            self.provider().clone(),
            self.http_client().clone(),
            (Arc::clone(self.clock()), Arc::clone(self.random())),
        )
    }

    /// Returns the provider's metadata, or `None` if it is unavailable. Only the provider check reports the reason.
    pub(super) async fn metadata(&self) -> Option<Arc<Metadata>> {
        self.provider().metadata().await.ok()
    }
}

/// Returns the checks `ids` as skipped because the provider's metadata is unavailable.
pub(super) fn without_metadata(ids: &[&'static str]) -> Vec<Check> {
    let why = "Not checked: the provider's metadata is unavailable.";
    ids.iter().map(|&id| Check::skipped(id, why)).collect()
}
