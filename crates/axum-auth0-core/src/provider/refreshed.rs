//! A document of the provider that is fetched when needed, kept, and fetched again: by one task at a time, and not too often.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{Mutex, OwnedMutexGuard};
use tracing::Instrument as _;

use super::ProviderError;
use crate::clock::SharedClock;

/// The rhythm of a [`Refreshed`], in seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct RefreshPolicy {
    /// A document this young is used without asking.
    pub(super) fresh_for: i64,
    /// A document this old is not used any more, even if no newer one can be had. `None`: it is always better than nothing.
    pub(super) usable_for: Option<i64>,
    /// After a failure, the provider is left alone for this long; for longer where it asks for it.
    pub(super) pause_after_failure: i64,
    /// Between two fetches that something unknown caused.
    pub(super) pause_between_demands: i64,
}

/// However long the provider asks us to wait, we look again after this many seconds.
const MAX_PAUSE: i64 = 60;

/// See the module.
#[derive(Debug)]
pub(super) struct Refreshed<T> {
    clock: SharedClock,
    rhythm: RefreshPolicy,
    state: RwLock<State<T>>,
    /// Held by whoever is fetching.
    flight: Arc<Mutex<()>>,
}

#[derive(Debug)]
struct State<T> {
    kept: Option<Cached<T>>,
    failure: Option<Failure>,
    last_demand: Option<i64>,
}

/// A document and what identifies the fetch that brought it.
#[derive(Debug)]
pub(super) struct Cached<T> {
    pub(super) document: Arc<T>,
    fetched_at: i64,
    fetch: u64,
}

#[derive(Debug)]
struct Failure {
    error: ProviderError,
    at: i64,
    pause: i64,
}

impl<T> Clone for Cached<T> {
    fn clone(&self) -> Self {
        Self {
            document: Arc::clone(&self.document),
            fetched_at: self.fetched_at,
            fetch: self.fetch,
        }
    }
}

/// What to do next, decided without waiting.
enum Next<T> {
    Use(Cached<T>),
    Fail(ProviderError),
    /// Fetch; the document is there for those who should not wait.
    Fetch(Option<Cached<T>>),
}

impl<T: Send + Sync + 'static> Refreshed<T> {
    pub(super) fn new(clock: SharedClock, rhythm: RefreshPolicy) -> Arc<Self> {
        let state = RwLock::new(State {
            kept: None,
            failure: None,
            last_demand: None,
        });
        Arc::new(Self {
            clock,
            rhythm,
            state,
            flight: Arc::default(),
        })
    }

    /// The document: the kept one if it is fresh, a new one if not, the kept one again if a new one cannot be had.
    pub(super) async fn get(
        self: &Arc<Self>,
        fetch: impl Future<Output = Result<T, ProviderError>> + Send + 'static,
    ) -> Result<Cached<T>, ProviderError> {
        let flight = match self.next() {
            Next::Use(kept) => return Ok(kept),
            Next::Fail(error) => return Err(error),
            // One waits for the provider, so that the others need not.
            Next::Fetch(Some(stale)) => match Arc::clone(&self.flight).try_lock_owned() {
                Ok(flight) => flight,
                Err(_) => return Ok(stale),
            },
            Next::Fetch(None) => Arc::clone(&self.flight).lock_owned().await,
        };
        // Whoever had the lock before may have brought it.
        match self.next() {
            Next::Use(kept) => Ok(kept),
            Next::Fail(error) => Err(error),
            Next::Fetch(stale) => self
                .fly(flight, fetch)
                .await
                .or_else(|error| stale.ok_or(error)),
        }
    }

    /// The last good document, however old.
    pub(super) fn known(&self) -> Option<Cached<T>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.kept.clone()
    }

    /// A newer document than `known`, for something that is not in it; or `None` where there is none to be had now.
    /// However many ask, the provider is asked once per pause.
    pub(super) async fn refresh_if_same(
        self: &Arc<Self>,
        known: &Cached<T>,
        fetch: impl Future<Output = Result<T, ProviderError>> + Send + 'static,
    ) -> Option<Cached<T>> {
        // First of all wait for a fetch under way: it may bring what is missing.
        let flight = Arc::clone(&self.flight).lock_owned().await;
        if let Some(newer) = self.kept_newer_than(known) {
            return Some(newer);
        }
        if self.was_asked_lately() {
            return None;
        }
        self.write(|state, now| state.last_demand = Some(now));
        self.fly(flight, fetch).await.ok()
    }

    /// Fetches in a task of its own: a caller who hangs up must not end it, or a few such callers could keep new keys away for ever.
    async fn fly(
        self: &Arc<Self>,
        flight: OwnedMutexGuard<()>,
        fetch: impl Future<Output = Result<T, ProviderError>> + Send + 'static,
    ) -> Result<Cached<T>, ProviderError> {
        let this = Arc::clone(self);
        let task = async move {
            let _flight = flight;
            let outcome = fetch.await;
            this.settle(outcome)
        };
        tokio::spawn(task.in_current_span())
            .await
            .unwrap_or(Err(ProviderError::Stopped))
    }

    fn next(&self) -> Next<T> {
        let now = self.clock.unix_seconds();
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let kept = state.kept.as_ref().filter(|kept| {
            self.rhythm
                .usable_for
                .is_none_or(|limit| within(now, kept.fetched_at, limit))
        });
        if let Some(fresh) = kept.filter(|kept| within(now, kept.fetched_at, self.rhythm.fresh_for))
        {
            return Next::Use(fresh.clone());
        }
        let failure = state
            .failure
            .as_ref()
            .filter(|failure| within(now, failure.at, failure.pause));
        match (failure, kept) {
            (Some(_), Some(old)) => Next::Use(old.clone()),
            (Some(failure), None) => Next::Fail(failure.error.clone()),
            (None, old) => Next::Fetch(old.cloned()),
        }
    }

    fn was_asked_lately(&self) -> bool {
        let now = self.clock.unix_seconds();
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let demanded = state
            .last_demand
            .is_some_and(|at| within(now, at, self.rhythm.pause_between_demands));
        let failed = state
            .failure
            .as_ref()
            .is_some_and(|failure| within(now, failure.at, failure.pause));
        demanded || failed
    }

    fn kept_newer_than(&self, known: &Cached<T>) -> Option<Cached<T>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state
            .kept
            .as_ref()
            .filter(|kept| kept.fetch != known.fetch)
            .cloned()
    }

    fn settle(&self, outcome: Result<T, ProviderError>) -> Result<Cached<T>, ProviderError> {
        match outcome {
            Ok(document) => Ok(self.write(|state, now| {
                let fetch = state.kept.as_ref().map_or(0, |kept| kept.fetch + 1);
                state.failure = None;
                state
                    .kept
                    .insert(Cached {
                        document: Arc::new(document),
                        fetched_at: now,
                        fetch,
                    })
                    .clone()
            })),
            Err(error) => {
                let asked = error
                    .retry_after()
                    .and_then(|wait| i64::try_from(wait.as_secs()).ok())
                    .unwrap_or(0);
                let pause = asked.clamp(self.rhythm.pause_after_failure, MAX_PAUSE);
                tracing::warn!(%error, pause_seconds = pause, "asking the provider failed");
                self.write(|state, now| {
                    state.failure = Some(Failure {
                        error: error.clone(),
                        at: now,
                        pause,
                    });
                });
                Err(error)
            }
        }
    }

    fn write<R>(&self, change: impl FnOnce(&mut State<T>, i64) -> R) -> R {
        let now = self.clock.unix_seconds();
        change(
            &mut self.state.write().unwrap_or_else(PoisonError::into_inner),
            now,
        )
    }
}

/// Whether `then` is at most `limit` seconds ago. A time in the future, after the clock was set back, is not.
fn within(now: i64, then: i64, limit: i64) -> bool {
    (0..limit).contains(&now.saturating_sub(then))
}
