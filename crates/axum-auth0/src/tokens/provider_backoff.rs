//! The provider's state as this process sees it: while it fails, one refresh at a time finds out whether it works again.
//!
//! Only refreshes are held back. A login that a user starts may always try.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{
    backoff::Backoff,
    failure::{Failure, FailureKind},
};
use crate::{clock::SharedClock, diagnosis::Diagnosis};

/// How long a refresh waits while another one probes the provider.
const PROBE_WAIT: Duration = Duration::from_secs(1);

/// The circuit breaker of the refresh requests of this process.
#[derive(Clone, Debug)]
pub(crate) struct ProviderBackoff(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: SharedClock,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    backoff: Option<Backoff>,
    /// Whether the failures so far are surely of the provider, and not of a single refresh token.
    is_open: bool,
    is_probing: bool,
    /// Counts failures and successes: an answer to an older request does not count again.
    epoch: u64,
    /// When the last of them came, in seconds since 1970.
    known_at: i64,
}

/// The right to send one refresh request.
#[derive(Debug)]
pub(super) struct Permit {
    gate: Arc<Inner>,
    epoch: u64,
    is_probe: bool,
}

/// Why no refresh request may be sent now.
#[derive(Debug)]
pub(super) struct HeldBack {
    pub(super) remaining: Duration,
    /// The misconfiguration that the provider named.
    pub(super) diagnosis: Option<Box<Diagnosis>>,
}

impl ProviderBackoff {
    pub(crate) fn new(clock: SharedClock) -> Self {
        Self(Arc::new(Inner {
            clock,
            state: Mutex::default(),
        }))
    }

    /// Lets a refresh request through, unless the provider is left alone. When a pause ends, one request goes ahead and
    /// the others wait for its outcome.
    pub(super) fn admit(&self) -> Result<Permit, HeldBack> {
        let now = self.0.clock.unix_seconds();
        let mut state = self.0.state();
        let mut is_probe = false;
        if let Some(backoff) = state.backoff.as_ref().filter(|_| state.is_open) {
            let wait = backoff
                .remaining(now)
                .or_else(|| state.is_probing.then_some(PROBE_WAIT));
            if let Some(remaining) = wait {
                let diagnosis = backoff.diagnosis.clone().map(Box::new);
                return Err(HeldBack {
                    remaining,
                    diagnosis,
                });
            }
            state.is_probing = true;
            is_probe = true;
        }
        Ok(Permit {
            gate: Arc::clone(&self.0),
            epoch: state.epoch,
            is_probe,
        })
    }

    /// Adopts a failure that another process has stored with a login.
    pub(super) fn learn(&self, stored: &Backoff) {
        let now = self.0.clock.unix_seconds();
        let is_of_provider = matches!(stored.kind, FailureKind::Down | FailureKind::Intercepted);
        let mut state = self.0.state();
        if !is_of_provider || stored.remaining(now).is_none() || stored.failed_at <= state.known_at
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
        state.note(&failure, stored.failed_at, stored.is_requested);
    }

    /// Notes that a code was exchanged: the provider works. The end of a pause that the provider itself asked for is
    /// waited for anyway.
    pub(super) fn note_exchange(&self) {
        let now = self.0.clock.unix_seconds();
        let mut state = self.0.state();
        let is_requested = state
            .backoff
            .as_ref()
            .is_some_and(|backoff| backoff.is_requested && backoff.remaining(now).is_some());
        if !is_requested {
            state.clear(now);
        }
    }
}

impl Permit {
    /// Whether this request finds out if the provider works again.
    pub(super) fn is_probe(&self) -> bool {
        self.is_probe
    }

    /// The provider answered, whatever it said of this refresh token.
    pub(super) fn answered(self) {
        let now = self.gate.clock.unix_seconds();
        let mut state = self.gate.state();
        if state.epoch == self.epoch {
            state.clear(now);
        }
    }

    /// The provider failed; `is_sure`: every other refresh would have failed, too.
    pub(super) fn failed(self, failure: &Failure, is_sure: bool) {
        let now = self.gate.clock.unix_seconds();
        let mut state = self.gate.state();
        if state.epoch == self.epoch {
            state.note(failure, now, is_sure);
        } else if let Some(backoff) = &mut state.backoff {
            // A request from before the last failure is not another one, but its answer can ask for a longer pause.
            let again = Backoff::after(None, failure, now);
            if again.is_requested && again.retry_at > backoff.retry_at {
                (backoff.retry_at, backoff.is_requested) = (again.retry_at, true);
                state.is_open = true;
            }
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.is_probe {
            self.gate.state().is_probing = false;
        }
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        // No code above can leave the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn note(&mut self, failure: &Failure, at: i64, is_sure: bool) {
        let before = self.backoff.take();
        self.is_open = is_sure || before.is_some();
        self.backoff = Some(Backoff::after(before.as_ref(), failure, at));
        self.epoch += 1;
        self.known_at = at;
    }

    fn clear(&mut self, now: i64) {
        self.backoff = None;
        self.is_open = false;
        self.epoch += 1;
        self.known_at = now;
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::clock::MockClock;

    const T: i64 = 1_800_000_000;

    fn gate() -> (Arc<MockClock>, ProviderBackoff) {
        let clock = MockClock::at(T);
        (Arc::clone(&clock), ProviderBackoff::new(clock))
    }

    fn down(retry_after: Option<u64>) -> Failure {
        Failure {
            kind: FailureKind::Down,
            retry_after: retry_after.map(Duration::from_secs),
            diagnosis: None,
        }
    }

    fn remaining(gate: &ProviderBackoff) -> Option<u64> {
        gate.admit().err().map(|held| held.remaining.as_secs())
    }

    #[test]
    fn one_failure_that_may_be_of_a_single_token_holds_nobody_back() {
        let (_, gate) = gate();
        gate.admit().unwrap().failed(&down(None), false);
        let second = gate.admit().unwrap();
        assert!(!second.is_probe());
        second.failed(&down(None), false);
        assert_eq!(remaining(&gate), Some(4));
    }

    #[test]
    fn a_success_in_between_begins_the_count_again() {
        let (_, gate) = gate();
        for _ in 0..5 {
            gate.admit().unwrap().failed(&down(None), false);
            gate.admit().unwrap().answered();
        }
        assert_eq!(remaining(&gate), None);
    }

    #[test]
    fn many_requests_at_once_that_fail_are_one_failure() {
        let (clock, gate) = gate();
        let permits: Vec<_> = (0..20).map(|_| gate.admit().unwrap()).collect();
        for permit in permits {
            permit.failed(&down(None), true);
        }
        assert_eq!(remaining(&gate), Some(2));
        clock.advance(2);
        assert_eq!(remaining(&gate), None);
    }

    #[test]
    fn one_probe_goes_ahead_and_its_outcome_counts_for_all() {
        let (clock, gate) = gate();
        gate.admit().unwrap().failed(&down(None), true);
        clock.advance(2);
        let probe = gate.admit().unwrap();
        assert!(probe.is_probe());
        assert_eq!(remaining(&gate), Some(1), "the others wait for it");
        probe.failed(&down(None), true);
        assert_eq!(remaining(&gate), Some(4));
        clock.advance(4);
        gate.admit().unwrap().answered();
        let permits = [gate.admit().unwrap(), gate.admit().unwrap()];
        assert!(permits.iter().all(|permit| !permit.is_probe()));
    }

    #[test]
    fn a_probe_that_is_dropped_makes_room_for_another() {
        let (clock, gate) = gate();
        gate.admit().unwrap().failed(&down(None), true);
        clock.advance(2);
        drop(gate.admit().unwrap());
        assert!(gate.admit().unwrap().is_probe());
    }

    #[test]
    fn a_login_ends_a_pause_but_not_one_that_the_provider_asked_for() {
        let (clock, gate) = gate();
        gate.admit().unwrap().failed(&down(None), true);
        gate.note_exchange();
        assert_eq!(remaining(&gate), None);
        gate.admit().unwrap().failed(&down(Some(60)), true);
        gate.note_exchange();
        assert_eq!(remaining(&gate), Some(60));
        clock.advance(60);
        gate.note_exchange();
        assert!(!gate.admit().unwrap().is_probe());
    }

    #[test]
    fn a_longer_retry_after_of_a_request_that_was_under_way_is_obeyed() {
        let (_, gate) = gate();
        let (first, second) = (gate.admit().unwrap(), gate.admit().unwrap());
        first.failed(&down(None), true);
        second.failed(&down(Some(90)), true);
        assert_eq!(remaining(&gate), Some(90));
    }

    #[test]
    fn a_failure_that_another_process_stored_is_adopted_once() {
        let (_, gate) = gate();
        let stored = Backoff::after(None, &down(Some(60)), T);
        gate.learn(&stored);
        gate.learn(&stored);
        assert_eq!(remaining(&gate), Some(60));

        let (_, gate) = self::gate();
        let stored = Backoff::after(None, &down(None), T);
        gate.learn(&stored);
        gate.learn(&stored);
        assert_eq!(remaining(&gate), None, "it may be of a single token");
        gate.admit().unwrap().answered();
        gate.learn(&stored);
        assert_eq!(remaining(&gate), None, "it is older than the success");
    }
}
