#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

const T: i64 = 1_800_000_000;

fn failure(kind: FailureKind) -> Failure {
    Failure {
        kind,
        retry_after: None,
        diagnosis: None,
    }
}

/// Returns the times of the refreshes within ten minutes if each fails in this way.
fn refresh_times(failure: &Failure) -> Vec<i64> {
    let (mut times, mut backoff, mut now) = (Vec::new(), None, 0);
    while now <= 600 {
        times.push(now);
        let next = Backoff::after(backoff.as_ref(), failure, T + now);
        now = next.retry_at - T;
        backoff = Some(next);
    }
    times
}

#[test]
fn the_backoff_doubles_up_to_a_minute() {
    let times = refresh_times(&failure(FailureKind::Down));
    assert_eq!(times[..8], [0, 2, 6, 14, 30, 62, 122, 182]);
    assert_eq!(times.len(), 14, "in ten minutes");
}

#[test]
fn retry_after_is_obeyed_up_to_ten_minutes() {
    for (asked, waited) in [(0, 2), (1, 2), (60, 60), (599, 599), (86_400, 600)] {
        let failure = Failure {
            retry_after: Some(Duration::from_secs(asked)),
            ..failure(FailureKind::Down)
        };
        let backoff = Backoff::after(None, &failure, T);
        assert_eq!(backoff.remaining(T), Some(Duration::from_secs(waited)));
        assert_eq!(backoff.remaining(T + i64::try_from(waited).unwrap()), None);
    }
}

#[test]
fn retry_after_does_not_shorten_the_schedule() {
    let failure = Failure {
        retry_after: Some(Duration::from_secs(1)),
        ..failure(FailureKind::Down)
    };
    assert_eq!(
        refresh_times(&failure),
        refresh_times(&self::failure(FailureKind::Down))
    );
}

/// Returns the state after these failures, each at its second.
fn after(failures: &[(i64, FailureKind)]) -> Backoff {
    let mut backoff = None;
    for (second, kind) in failures {
        backoff = Some(Backoff::after(
            backoff.as_ref(),
            &failure(*kind),
            T + second,
        ));
    }
    backoff.unwrap()
}

#[test]
fn three_rejections_over_a_minute_or_more_mean_a_dead_token() {
    use FailureKind::{Down, Intercepted, Rejected};
    for (failures, is_dead) in [
        (&[(0, Rejected)][..], false),
        (&[(0, Rejected), (100, Rejected)], false),
        (&[(0, Rejected), (30, Rejected), (59, Rejected)], false),
        (&[(0, Rejected), (30, Rejected), (60, Rejected)], true),
        (
            &[(0, Rejected), (9, Rejected), (20, Rejected), (61, Rejected)],
            true,
        ),
        (&[(0, Rejected), (30, Rejected), (60, Intercepted)], false),
        (
            &[(0, Rejected), (30, Down), (60, Rejected), (90, Rejected)],
            false,
        ),
        (
            &[(0, Down), (30, Down), (60, Down), (600, Intercepted)],
            false,
        ),
    ] {
        assert_eq!(after(failures).is_token_dead(), is_dead, "{failures:?}");
    }
}

#[test]
fn a_clock_that_was_set_back_does_not_extend_the_backoff() {
    let backoff = Backoff::after(None, &failure(FailureKind::Down), T);
    assert_eq!(backoff.remaining(T - 3_600), None);
}
