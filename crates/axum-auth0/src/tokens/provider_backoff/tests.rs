#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::clock::MockClock;

const T: i64 = 1_800_000_000;

fn breaker() -> (Arc<MockClock>, ProviderBackoff) {
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

fn remaining(breaker: &ProviderBackoff) -> Option<u64> {
    breaker
        .acquire()
        .err()
        .map(|backed_off| backed_off.remaining.as_secs())
}

#[test]
fn one_failure_that_may_be_that_of_one_token_does_not_back_off_others() {
    let (_, breaker) = breaker();
    breaker
        .acquire()
        .unwrap()
        .record_failure(&down(None), false);
    let second = breaker.acquire().unwrap();
    assert!(!second.is_probe());
    second.record_failure(&down(None), false);
    assert_eq!(remaining(&breaker), Some(4));
}

#[test]
fn a_success_resets_the_count() {
    let (_, breaker) = breaker();
    for _ in 0..5 {
        breaker
            .acquire()
            .unwrap()
            .record_failure(&down(None), false);
        breaker.acquire().unwrap().record_response();
    }
    assert_eq!(remaining(&breaker), None);
}

#[test]
fn concurrent_failures_count_once() {
    let (clock, breaker) = breaker();
    let permits: Vec<_> = (0..20).map(|_| breaker.acquire().unwrap()).collect();
    for permit in permits {
        permit.record_failure(&down(None), true);
    }
    assert_eq!(remaining(&breaker), Some(2));
    clock.advance(2);
    assert_eq!(remaining(&breaker), None);
}

#[test]
fn one_probe_goes_ahead_and_its_outcome_counts_for_all() {
    let (clock, breaker) = breaker();
    breaker.acquire().unwrap().record_failure(&down(None), true);
    clock.advance(2);
    let probe = breaker.acquire().unwrap();
    assert!(probe.is_probe());
    assert_eq!(remaining(&breaker), Some(1), "the others wait for it");
    probe.record_failure(&down(None), true);
    assert_eq!(remaining(&breaker), Some(4));
    clock.advance(4);
    breaker.acquire().unwrap().record_response();
    let permits = [breaker.acquire().unwrap(), breaker.acquire().unwrap()];
    assert!(permits.iter().all(|permit| !permit.is_probe()));
}

#[test]
fn a_dropped_probe_allows_another() {
    let (clock, breaker) = breaker();
    breaker.acquire().unwrap().record_failure(&down(None), true);
    clock.advance(2);
    drop(breaker.acquire().unwrap());
    assert!(breaker.acquire().unwrap().is_probe());
}

#[test]
fn a_login_ends_a_backoff_but_not_one_that_the_provider_requested() {
    let (clock, breaker) = breaker();
    breaker.acquire().unwrap().record_failure(&down(None), true);
    breaker.record_code_exchange();
    assert_eq!(remaining(&breaker), None);
    breaker
        .acquire()
        .unwrap()
        .record_failure(&down(Some(60)), true);
    breaker.record_code_exchange();
    assert_eq!(remaining(&breaker), Some(60));
    clock.advance(60);
    breaker.record_code_exchange();
    assert!(!breaker.acquire().unwrap().is_probe());
}

#[test]
fn a_longer_retry_after_of_an_older_request_is_obeyed() {
    let (_, breaker) = breaker();
    let (first, second) = (breaker.acquire().unwrap(), breaker.acquire().unwrap());
    first.record_failure(&down(None), true);
    second.record_failure(&down(Some(90)), true);
    assert_eq!(remaining(&breaker), Some(90));
}

#[test]
fn a_failure_that_another_process_stored_is_adopted_once() {
    let (_, breaker) = breaker();
    let stored = Backoff::after(None, &down(Some(60)), T);
    breaker.adopt(&stored);
    breaker.adopt(&stored);
    assert_eq!(remaining(&breaker), Some(60));

    let (_, breaker) = self::breaker();
    let stored = Backoff::after(None, &down(None), T);
    breaker.adopt(&stored);
    breaker.adopt(&stored);
    assert_eq!(remaining(&breaker), None, "it may be that of one token");
    breaker.acquire().unwrap().record_response();
    breaker.adopt(&stored);
    assert_eq!(remaining(&breaker), None, "it is older than the success");
}
