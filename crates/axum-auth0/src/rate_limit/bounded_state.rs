//! The state of a rate limiter in bounded memory.

use std::{
    convert::Infallible,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use governor::{nanos::Nanos, state::StateStore};
use quick_cache::sync::Cache;

use super::client_network::ClientNetwork;

/// Maximum number of networks that are counted at a time: about 10 MB. Beyond it, clients that were not seen for the longest
/// time are forgotten, which grants them a fresh quota. A client with so many addresses is not limited by any quota.
const MAX_NETWORKS: usize = 100_000;

/// The theoretical arrival time of each client's next request, in nanoseconds since the start.
pub(super) struct BoundedState(Cache<ClientNetwork, Arc<AtomicU64>>);

impl Default for BoundedState {
    fn default() -> Self {
        Self(Cache::new(MAX_NETWORKS))
    }
}

impl BoundedState {
    /// Returns the number of networks.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl StateStore for BoundedState {
    type Key = ClientNetwork;

    fn measure_and_replace<T, F, E>(&self, key: &ClientNetwork, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let new = || Ok::<_, Infallible>(Arc::default());
        let Ok(state) = self.0.get_or_insert_with(key, new);
        let mut previous = state.load(Ordering::Acquire);
        loop {
            // Zero is that of a new client.
            let known = (previous != 0).then(|| Nanos::new(previous));
            let (decision, next) = decide(known)?;
            match state.compare_exchange_weak(
                previous,
                next.as_u64(),
                Ordering::AcqRel,
                Ordering::Acquire,
            ) {
                Ok(_) => return Ok(decision),
                Err(changed) => previous = changed,
            }
        }
    }
}

impl fmt::Debug for BoundedState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BoundedState({})", self.len())
    }
}
