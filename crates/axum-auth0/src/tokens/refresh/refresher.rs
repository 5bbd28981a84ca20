//! The shared components of all refreshes.

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;

use super::single_flight::InFlightRefreshes;
use crate::{
    clock::SharedClock,
    config::Config,
    events::{AuthEvent, Events, RefreshOutcome},
    oauth::{IdTokenVerifier, TokenEndpoint},
    random::SharedRandom,
    store::LoginId,
    tasks::Tasks,
    tokens::{
        provider_backoff::ProviderBackoff, token_set::RequestedGrant, token_set::TokenSet,
        token_set_store::TokenSetStore,
    },
};

/// Maximum number of concurrent refresh requests of this process. Prevents sessions that expire together from
/// overloading the provider.
const MAX_CONCURRENT_REFRESHES: usize = 32;

/// Maximum time that a refresh waits for the lease of another process.
pub(super) const LEASE_TIMEOUT: Duration = Duration::from_secs(15);

/// Interval between attempts to acquire the lease.
pub(super) const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Refreshes the tokens of logins, one refresh at a time per login.
pub(in crate::tokens) struct Refresher {
    pub(in crate::tokens) sets: TokenSetStore,
    pub(in crate::tokens) endpoint: TokenEndpoint,
    pub(in crate::tokens) provider_backoff: ProviderBackoff,
    pub(in crate::tokens) clock: SharedClock,
    pub(in crate::tokens) random: SharedRandom,
    pub(in crate::tokens) config: Config,
    pub(in crate::tokens) requested_grant: RequestedGrant,
    pub(in crate::tokens) in_flight: InFlightRefreshes,
    pub(in crate::tokens) tasks: Tasks,
    pub(in crate::tokens) events: Events,
    pub(super) id_tokens: IdTokenVerifier,
    pub(super) permits: Semaphore,
}

impl Refresher {
    pub(in crate::tokens) fn new(
        sets: TokenSetStore,
        endpoint: TokenEndpoint,
        id_tokens: IdTokenVerifier,
        (clock, random): (SharedClock, SharedRandom),
        config: &Config,
        (tasks, events): (Tasks, Events),
    ) -> Self {
        Self {
            sets,
            endpoint,
            provider_backoff: ProviderBackoff::new(Arc::clone(&clock)),
            clock,
            random,
            config: config.clone(),
            requested_grant: RequestedGrant::of(config),
            in_flight: InFlightRefreshes::default(),
            tasks,
            events,
            id_tokens,
            permits: Semaphore::new(MAX_CONCURRENT_REFRESHES),
        }
    }

    /// Reports the outcome of a refresh.
    pub(super) fn report(&self, login: LoginId, outcome: RefreshOutcome) {
        self.events
            .emit(&AuthEvent::TokenRefreshed { login, outcome });
    }

    /// Returns whether the login requested what the current configuration requests.
    pub(in crate::tokens) fn is_current(&self, set: &TokenSet) -> bool {
        set.requested_grant.as_ref() == Some(&self.requested_grant)
    }
}
