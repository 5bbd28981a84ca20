//! Decides whether a reuse of a refresh token is the one that `docs/tokens.md` calls unavoidable: the replica was killed
//! between its request and the commit, or suspended for longer than its lease.

use std::time::Duration;

use crate::{
    grants::{GrantEvent, GrantEventKind, Moment},
    schedule::{Action, Target},
};

/// An executed event of the schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Disturbance {
    pub(crate) target: Target,
    pub(crate) action: Action,
    pub(crate) start: Moment,
    /// When the process was available again; the future if it is not.
    pub(crate) end: Moment,
}

/// Time within which a replica under load has received and stored the response of the provider.
const COMMIT_TIME: Duration = Duration::from_secs(1);

/// Time within which a request under load arrives at the provider and is processed, if the provider does not say that it took
/// longer. A replica may be killed or paused before the token of its request is consumed: the provider finishes a request
/// whose client is gone.
const REQUEST_TIME: Duration = Duration::from_secs(1);

/// Time between two clocks of one machine, and between a log line and the response that it announces.
const TOLERANCE: Duration = Duration::from_millis(50);

/// The lease of a refresh, less the interval of its renewal: a shorter pause cannot cost a lease.
const MIN_LEASE: Duration = Duration::from_secs(3);

/// A presented refresh token that was consumed before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reuse {
    pub(crate) subject: String,
    pub(crate) at: Moment,
    /// When the token was consumed: the last refresh of the grant.
    pub(crate) consumed: Option<Moment>,
    /// The disturbance that explains it.
    pub(crate) cause: Option<Disturbance>,
}

/// Returns all reuses, each with its cause.
pub(crate) fn reuses(events: &[GrantEvent], disturbances: &[Disturbance]) -> Vec<Reuse> {
    let reused = events
        .iter()
        .filter(|event| event.kind == GrantEventKind::Reused);
    reused
        .map(|reuse| {
            let of_grant = events
                .iter()
                .filter(|event| event.sid == reuse.sid && event.at <= reuse.at);
            let consumed = of_grant
                .filter(|event| event.kind == GrantEventKind::Refreshed)
                .max_by_key(|event| event.at);
            Reuse {
                subject: reuse.subject.clone(),
                at: reuse.at,
                consumed: consumed.map(|event| event.at),
                cause: consumed.and_then(|consumed| cause(consumed, reuse.at, disturbances)),
            }
        })
        .collect()
}

/// Returns the disturbance of a replica that interrupted the refresh `consumed`, whose token was presented again at `reused`:
/// after the lease of that refresh had expired.
fn cause(
    consumed: &GrantEvent,
    reused: Moment,
    disturbances: &[Disturbance],
) -> Option<Disturbance> {
    let request_time = REQUEST_TIME.max(consumed.waited + TOLERANCE);
    let consumed = consumed.at;
    let earliest = consumed.saturating_sub(request_time);
    // While the store is away, the new token exists in the memory of the replica only.
    let store_from = consumed.saturating_sub(TOLERANCE);
    let latest = disturbances
        .iter()
        .filter(|it| it.target == Target::Store && overlaps(it, store_from, consumed + COMMIT_TIME))
        .map(|outage| outage.end + COMMIT_TIME)
        .fold(consumed + COMMIT_TIME, Ord::max);
    let interrupts = |it: &Disturbance| {
        let is_long_enough = match (it.target, it.action) {
            (Target::Replica(_), Action::Kill { .. }) => true,
            (Target::Replica(_), Action::Pause { length }) => length > MIN_LEASE,
            _ => false,
        };
        is_long_enough && (earliest..=latest).contains(&it.start)
    };
    disturbances
        .iter()
        .copied()
        .find(|it| interrupts(it) && reused >= it.start + MIN_LEASE)
}

fn overlaps(disturbance: &Disturbance, from: Moment, to: Moment) -> bool {
    disturbance.start <= to && disturbance.end >= from
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "auth0|user-1";

    fn event(millis: u64, kind: GrantEventKind, sid: &str) -> GrantEvent {
        GrantEvent {
            at: Duration::from_millis(millis),
            kind,
            subject: ALICE.to_owned(),
            sid: sid.to_owned(),
            waited: Duration::ZERO,
        }
    }

    fn disturbance(target: Target, action: Action, start: u64, end: u64) -> Disturbance {
        Disturbance {
            target,
            action,
            start: Duration::from_millis(start),
            end: Duration::from_millis(end),
        }
    }

    fn kill(target: Target, start: u64) -> Disturbance {
        let down = Duration::from_secs(1);
        disturbance(target, Action::Kill { down }, start, start + 1000)
    }

    fn pause(target: Target, start: u64, end: u64) -> Disturbance {
        let length = Duration::from_millis(end - start);
        disturbance(target, Action::Pause { length }, start, end)
    }

    /// The cause of a reuse at 20 s of a token that was consumed at 10 s.
    fn cause_among(disturbances: &[Disturbance]) -> Option<Disturbance> {
        let events = [
            event(5_000, GrantEventKind::Refreshed, "one"),
            event(10_000, GrantEventKind::Refreshed, "one"),
            event(15_000, GrantEventKind::Refreshed, "another"),
            event(20_000, GrantEventKind::Reused, "one"),
        ];
        let [reuse] = reuses(&events, disturbances).try_into().expect("one reuse");
        assert_eq!(reuse.consumed, Some(Duration::from_secs(10)));
        reuse.cause
    }

    #[test]
    fn a_reuse_without_a_disturbance_has_no_cause() {
        assert_eq!(cause_among(&[]), None);
        let before = kill(Target::Replica(0), 8_990);
        let after = kill(Target::Replica(1), 12_000);
        assert_eq!(cause_among(&[before, after]), None);
    }

    #[test]
    fn a_replica_killed_just_after_the_response_is_the_documented_case() {
        let killed = kill(Target::Replica(2), 10_020);
        assert_eq!(cause_among(&[killed]), Some(killed));
    }

    /// The provider finishes the request of a client that is gone.
    #[test]
    fn a_replica_killed_while_the_provider_processes_its_request_is_the_documented_case() {
        let killed = kill(Target::Replica(2), 9_200);
        assert_eq!(cause_among(&[killed]), Some(killed));
        let killed = kill(Target::Replica(2), 8_000);
        let mut consumed = event(10_000, GrantEventKind::Refreshed, "one");
        let reused = Duration::from_secs(20);
        consumed.waited = Duration::from_millis(1_900);
        assert_eq!(cause(&consumed, reused, &[killed]), None);
        consumed.waited = Duration::from_secs(2);
        assert_eq!(cause(&consumed, reused, &[killed]), Some(killed));
    }

    #[test]
    fn a_replica_paused_for_longer_than_its_lease_is_the_documented_case() {
        let paused = pause(Target::Replica(0), 9_990, 18_000);
        assert_eq!(cause_among(&[paused]), Some(paused));
        let short = pause(Target::Replica(0), 9_990, 11_000);
        assert_eq!(cause_among(&[short]), None);
    }

    #[test]
    fn a_pause_that_began_long_before_the_token_was_consumed_is_no_cause() {
        let paused = pause(Target::Replica(0), 8_000, 16_000);
        assert_eq!(cause_among(&[paused]), None);
    }

    #[test]
    fn a_reuse_before_a_lease_can_expire_has_no_cause() {
        let killed = kill(Target::Replica(0), 10_020);
        let reused = Duration::from_millis(12_900);
        let consumed = event(10_000, GrantEventKind::Refreshed, "one");
        assert_eq!(cause(&consumed, reused, &[killed]), None);
    }

    #[test]
    fn an_outage_of_the_store_alone_is_no_excuse() {
        let outage = pause(Target::Store, 9_990, 18_000);
        let killed = kill(Target::Store, 10_010);
        assert_eq!(cause_among(&[outage, killed]), None);
    }

    #[test]
    fn a_replica_killed_while_it_waits_for_the_store_is_the_documented_case() {
        let outage = pause(Target::Store, 9_990, 16_000);
        let killed = kill(Target::Replica(0), 14_000);
        assert_eq!(cause_among(&[outage, killed]), Some(killed));
        assert_eq!(cause_among(&[killed]), None);
    }

    #[test]
    fn only_reuses_are_counted() {
        let events = [
            event(1, GrantEventKind::Issued, "one"),
            event(2, GrantEventKind::Refreshed, "one"),
            event(3, GrantEventKind::Revoked, "one"),
        ];
        assert_eq!(reuses(&events, &[]), []);
    }
}
