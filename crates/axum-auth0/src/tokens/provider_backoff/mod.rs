//! A circuit breaker for the refresh requests of this process: while the provider fails, one refresh at a time probes
//! it.
//!
//! It applies to refreshes only. A login that a user starts is always sent.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    backoff::Backoff,
    failure::{Failure, FailureKind},
};
use crate::{clock::SharedClock, diagnosis::Diagnosis};

/// The `retry_after` of a refresh while another one probes the provider.
const PROBE_RETRY_AFTER: Duration = Duration::from_secs(1);

/// The circuit breaker. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct ProviderBackoff(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: SharedClock,
    state: Mutex<BreakerState>,
}

#[derive(Debug, Default)]
struct BreakerState {
    backoff: Option<Backoff>,
    /// Whether the failures certainly concern the provider, and not one refresh token.
    is_open: bool,
    is_probing: bool,
    /// Counts failures and successes, so that a response to an older request is not counted again.
    epoch: u64,
    /// Time of the last change, in seconds since 1970.
    updated_at: i64,
}

/// The permission to send one refresh request.
#[derive(Debug)]
pub(super) struct ProviderPermit {
    breaker: Arc<Inner>,
    epoch: u64,
    is_probe: bool,
}

/// Error if no refresh request may be sent now.
#[derive(Debug)]
pub(super) struct BackedOff {
    pub(super) remaining: Duration,
    /// The misconfiguration that the provider reported.
    pub(super) diagnosis: Option<Box<Diagnosis>>,
}

impl ProviderBackoff {
    pub(crate) fn new(clock: SharedClock) -> Self {
        Self(Arc::new(Inner {
            clock,
            state: Mutex::default(),
        }))
    }

    /// Permits a refresh request, unless the provider is backed off. After a back-off, one request probes the provider
    /// and the others wait for its outcome.
    ///
    /// # Errors
    ///
    /// [`BackedOff`] with the remaining time.
    pub(super) fn acquire(&self) -> Result<ProviderPermit, BackedOff> {
        let now = self.0.clock.unix_seconds();
        let mut state = self.0.state();
        let mut is_probe = false;
        if let Some(backoff) = state.backoff.as_ref().filter(|_| state.is_open) {
            let remaining = backoff
                .remaining(now)
                .or_else(|| state.is_probing.then_some(PROBE_RETRY_AFTER));
            if let Some(remaining) = remaining {
                let diagnosis = backoff.diagnosis.clone().map(Box::new);
                return Err(BackedOff {
                    remaining,
                    diagnosis,
                });
            }
            state.is_probing = true;
            is_probe = true;
        }
        Ok(ProviderPermit {
            breaker: Arc::clone(&self.0),
            epoch: state.epoch,
            is_probe,
        })
    }

    /// Adopts a failure that another process stored with a login.
    pub(super) fn adopt(&self, stored: &Backoff) {
        let now = self.0.clock.unix_seconds();
        let is_of_provider = matches!(stored.kind, FailureKind::Down | FailureKind::Intercepted);
        let mut state = self.0.state();
        if !is_of_provider
            || stored.remaining(now).is_none()
            || stored.failed_at <= state.updated_at
        {
            return;
        }
        let failure = Failure {
            kind: stored.kind,
            retry_after: stored
                .is_requested
                .then(|| u64::try_from(stored.retry_at - stored.failed_at).unwrap_or_default())
                .map(Duration::from_secs),
            diagnosis: None,
        };
        state.record_failure(&failure, stored.failed_at, stored.is_requested);
    }

    /// Records that a code was exchanged, which shows that the provider works. A back-off that the provider requested
    /// continues anyway.
    pub(super) fn record_code_exchange(&self) {
        let now = self.0.clock.unix_seconds();
        let mut state = self.0.state();
        let is_requested = state
            .backoff
            .as_ref()
            .is_some_and(|backoff| backoff.is_requested && backoff.remaining(now).is_some());
        if !is_requested {
            state.close(now);
        }
    }
}

impl ProviderPermit {
    /// Returns whether this request probes the provider.
    pub(super) fn is_probe(&self) -> bool {
        self.is_probe
    }

    /// Records that the provider responded, regardless of the result.
    pub(super) fn record_response(self) {
        let now = self.breaker.clock.unix_seconds();
        let mut state = self.breaker.state();
        if state.epoch == self.epoch {
            state.close(now);
        }
    }

    /// Records that the provider failed. If `is_certain`, every other refresh would also have failed.
    pub(super) fn record_failure(self, failure: &Failure, is_certain: bool) {
        let now = self.breaker.clock.unix_seconds();
        let mut state = self.breaker.state();
        if state.epoch == self.epoch {
            state.record_failure(failure, now, is_certain);
        } else if let Some(backoff) = &mut state.backoff {
            // A request from before the last failure is not counted again, but its `Retry-After` can be longer.
            let again = Backoff::after(None, failure, now);
            if again.is_requested && again.retry_at > backoff.retry_at {
                (backoff.retry_at, backoff.is_requested) = (again.retry_at, true);
                state.is_open = true;
            }
        }
    }
}

impl Drop for ProviderPermit {
    fn drop(&mut self) {
        if self.is_probe {
            self.breaker.state().is_probing = false;
        }
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, BreakerState> {
        // A panic cannot leave the state partially updated.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BreakerState {
    fn record_failure(&mut self, failure: &Failure, at: i64, is_certain: bool) {
        let before = self.backoff.take();
        self.is_open = is_certain || before.is_some();
        self.backoff = Some(Backoff::after(before.as_ref(), failure, at));
        self.epoch += 1;
        self.updated_at = at;
    }

    fn close(&mut self, now: i64) {
        self.backoff = None;
        self.is_open = false;
        self.epoch += 1;
        self.updated_at = now;
    }
}

#[cfg(test)]
mod tests;
