//! Durations of requests to the provider and of operations of the store.

use std::{sync::Arc, time::Duration};

use super::{
    backend::observe,
    table::{PROVIDER_REQUESTS, STORE_OPERATIONS},
};
use crate::{
    http_client::{ProviderEndpoint, RequestObserver, RequestResult, SharedRequestObserver},
    store::StoreObserver,
};

/// Returns the observer of requests to the provider.
pub(crate) fn provider_requests() -> SharedRequestObserver {
    Arc::new(ProviderRequests)
}

/// Returns the observer of operations of the store.
pub(crate) fn store_operations() -> Arc<dyn StoreObserver> {
    Arc::new(StoreOperations)
}

#[derive(Debug)]
struct ProviderRequests;

impl RequestObserver for ProviderRequests {
    fn completed(&self, endpoint: ProviderEndpoint, result: RequestResult, elapsed: Duration) {
        let labels = [("endpoint", endpoint.as_str()), ("result", result.as_str())];
        observe(PROVIDER_REQUESTS, &labels, elapsed);
    }
}

#[derive(Debug)]
struct StoreOperations;

impl StoreObserver for StoreOperations {
    fn completed(&self, operation: &'static str, is_ok: bool, elapsed: Duration) {
        let result = if is_ok { "success" } else { "error" };
        let labels = [("operation", operation), ("result", result)];
        observe(STORE_OPERATIONS, &labels, elapsed);
    }
}
