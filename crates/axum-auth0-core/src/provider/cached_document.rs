//! A provider document that is fetched on demand by one task at a time, cached, and refreshed with a backoff.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{Mutex, OwnedMutexGuard};
use tracing::Instrument as _;

use super::ProviderError;
use crate::clock::SharedClock;

/// The refresh policy of a [`CachedDocument`]. All durations are in seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct RefreshPolicy {
    /// Maximum age of a document that is used without a fetch.
    pub(super) ttl: i64,
    /// Maximum age of a document that is used if no newer one is available. `None` means no limit.
    pub(super) max_stale: Option<i64>,
    /// Minimum time between a failure and the next fetch. `Retry-After` extends it up to [`MAX_BACKOFF`].
    pub(super) failure_backoff: i64,
    /// Minimum time between two fetches by [`CachedDocument::refresh_if_same`].
    pub(super) min_refresh_interval: i64,
}

/// Upper bound for the backoff in seconds, also if `Retry-After` is longer.
const MAX_BACKOFF: i64 = 60;

/// A cached document of the provider.
#[derive(Debug)]
pub(super) struct CachedDocument<T> {
    clock: SharedClock,
    policy: RefreshPolicy,
    state: RwLock<CacheState<T>>,
    /// Held during a fetch.
    guard: Arc<Mutex<()>>,
}

#[derive(Debug)]
struct CacheState<T> {
    entry: Option<CacheEntry<T>>,
    failure: Option<FetchFailure>,
    last_refresh: Option<i64>,
}

/// A document and the number of the fetch that returned it.
#[derive(Debug)]
pub(super) struct CacheEntry<T> {
    pub(super) document: Arc<T>,
    fetched_at: i64,
    fetch_number: u64,
}

#[derive(Debug)]
struct FetchFailure {
    error: ProviderError,
    at: i64,
    backoff: i64,
}

impl<T> Clone for CacheEntry<T> {
    fn clone(&self) -> Self {
        Self {
            document: Arc::clone(&self.document),
            fetched_at: self.fetched_at,
            fetch_number: self.fetch_number,
        }
    }
}

/// The next action, decided without waiting.
enum Action<T> {
    Use(CacheEntry<T>),
    Fail(ProviderError),
    /// Fetch the document. Tasks that do not wait use the stale document.
    Fetch(Option<CacheEntry<T>>),
}

impl<T: Send + Sync + 'static> CachedDocument<T> {
    pub(super) fn new(clock: SharedClock, policy: RefreshPolicy) -> Arc<Self> {
        let state = RwLock::new(CacheState {
            entry: None,
            failure: None,
            last_refresh: None,
        });
        Arc::new(Self {
            clock,
            policy,
            state,
            guard: Arc::default(),
        })
    }

    /// Returns the cached document if it is fresh, and fetches it otherwise. If the fetch fails, returns the stale
    /// document.
    pub(super) async fn get(
        self: &Arc<Self>,
        fetch: impl Future<Output = Result<T, ProviderError>> + Send + 'static,
    ) -> Result<CacheEntry<T>, ProviderError> {
        let guard = match self.next_action() {
            Action::Use(entry) => return Ok(entry),
            Action::Fail(error) => return Err(error),
            // One task waits for the provider; the others use the stale document.
            Action::Fetch(Some(stale)) => match Arc::clone(&self.guard).try_lock_owned() {
                Ok(guard) => guard,
                Err(_) => return Ok(stale),
            },
            Action::Fetch(None) => Arc::clone(&self.guard).lock_owned().await,
        };
        // Re-check: the previous lock holder may have fetched it.
        match self.next_action() {
            Action::Use(entry) => Ok(entry),
            Action::Fail(error) => Err(error),
            Action::Fetch(stale) => self
                .run_fetch(guard, fetch)
                .await
                .or_else(|error| stale.ok_or(error)),
        }
    }

    /// Returns the last document, regardless of its age.
    pub(super) fn current(&self) -> Option<CacheEntry<T>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.entry.clone()
    }

    /// Returns the error of the last fetch; `None` if it succeeded, or if there was none.
    pub(super) fn last_error(&self) -> Option<ProviderError> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.failure.as_ref().map(|failure| failure.error.clone())
    }

    /// Returns a newer document than `known`, for a caller that did not find an entry in it. Returns `None` if no newer
    /// one is available. Concurrent callers share one fetch, and fetches are at least `min_refresh_interval` apart.
    pub(super) async fn refresh_if_same(
        self: &Arc<Self>,
        known: &CacheEntry<T>,
        fetch: impl Future<Output = Result<T, ProviderError>> + Send + 'static,
    ) -> Option<CacheEntry<T>> {
        // Wait for a running fetch first: its document may contain the missing entry.
        let guard = Arc::clone(&self.guard).lock_owned().await;
        if let Some(newer) = self.entry_newer_than(known) {
            return Some(newer);
        }
        if self.is_backing_off() {
            return None;
        }
        self.write(|state, now| state.last_refresh = Some(now));
        self.run_fetch(guard, fetch).await.ok()
    }

    /// Fetches in a separate task, so that a cancelled caller does not cancel the fetch.
    async fn run_fetch(
        self: &Arc<Self>,
        guard: OwnedMutexGuard<()>,
        fetch: impl Future<Output = Result<T, ProviderError>> + Send + 'static,
    ) -> Result<CacheEntry<T>, ProviderError> {
        let this = Arc::clone(self);
        let task = async move {
            let _flight = guard;
            let outcome = fetch.await;
            this.record_outcome(outcome)
        };
        tokio::spawn(task.in_current_span())
            .await
            .unwrap_or(Err(ProviderError::Stopped))
    }

    fn next_action(&self) -> Action<T> {
        let now = self.clock.unix_seconds();
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let entry = state.entry.as_ref().filter(|entry| {
            self.policy
                .max_stale
                .is_none_or(|limit| within(now, entry.fetched_at, limit))
        });
        if let Some(fresh) = entry.filter(|entry| within(now, entry.fetched_at, self.policy.ttl)) {
            return Action::Use(fresh.clone());
        }
        let failure = state
            .failure
            .as_ref()
            .filter(|failure| within(now, failure.at, failure.backoff));
        match (failure, entry) {
            (Some(_), Some(old)) => Action::Use(old.clone()),
            (Some(failure), None) => Action::Fail(failure.error.clone()),
            (None, old) => Action::Fetch(old.cloned()),
        }
    }

    fn is_backing_off(&self) -> bool {
        let now = self.clock.unix_seconds();
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let refreshed = state
            .last_refresh
            .is_some_and(|at| within(now, at, self.policy.min_refresh_interval));
        let failed = state
            .failure
            .as_ref()
            .is_some_and(|failure| within(now, failure.at, failure.backoff));
        refreshed || failed
    }

    fn entry_newer_than(&self, known: &CacheEntry<T>) -> Option<CacheEntry<T>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state
            .entry
            .as_ref()
            .filter(|entry| entry.fetch_number != known.fetch_number)
            .cloned()
    }

    fn record_outcome(
        &self,
        outcome: Result<T, ProviderError>,
    ) -> Result<CacheEntry<T>, ProviderError> {
        match outcome {
            Ok(document) => Ok(self.write(|state, now| {
                let fetch_number = state
                    .entry
                    .as_ref()
                    .map_or(0, |entry| entry.fetch_number + 1);
                state.failure = None;
                state
                    .entry
                    .insert(CacheEntry {
                        document: Arc::new(document),
                        fetched_at: now,
                        fetch_number,
                    })
                    .clone()
            })),
            Err(error) => {
                let asked = error
                    .retry_after()
                    .and_then(|wait| i64::try_from(wait.as_secs()).ok())
                    .unwrap_or(0);
                let backoff = asked.clamp(self.policy.failure_backoff, MAX_BACKOFF);
                tracing::warn!(%error, backoff_seconds = backoff, "failed to fetch from the provider");
                self.write(|state, now| {
                    state.failure = Some(FetchFailure {
                        error: error.clone(),
                        at: now,
                        backoff,
                    });
                });
                Err(error)
            }
        }
    }

    fn write<R>(&self, change: impl FnOnce(&mut CacheState<T>, i64) -> R) -> R {
        let now = self.clock.unix_seconds();
        change(
            &mut self.state.write().unwrap_or_else(PoisonError::into_inner),
            now,
        )
    }
}

/// Returns whether `then` is less than `limit` seconds ago. Returns `false` if `then` is in the future, which happens
/// after the clock was set back.
fn within(now: i64, then: i64, limit: i64) -> bool {
    (0..limit).contains(&now.saturating_sub(then))
}
