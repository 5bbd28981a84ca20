//! Which process is killed, paused or restarted, in which order. The same seed gives the same schedule.

use std::{fmt, time::Duration};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};

/// A process that is disturbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Target {
    Replica(usize),
    Store,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replica(index) => write!(f, "replica {}", index + 1),
            Self::Store => f.write_str("store"),
        }
    }
}

/// What is done to a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// SIGKILL, and a start after this time.
    Kill { down: Duration },
    /// SIGSTOP, and SIGCONT after this time.
    Pause { length: Duration },
    /// SIGTERM, and a start after the exit.
    Restart,
}

/// One entry of the schedule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Event {
    /// The number of logins after which it is due.
    pub(crate) after_sessions: usize,
    pub(crate) target: Target,
    pub(crate) action: Action,
}

/// A share of the events: of replicas or of the store.
type Share = (bool, fn(&mut StdRng) -> Action);

/// A pause of a replica outlasts a refresh lease, which expires after six seconds.
const REPLICA_PAUSE_MILLIS: std::ops::Range<u64> = 7_000..10_000;
const STORE_PAUSE_MILLIS: std::ops::Range<u64> = 2_000..9_000;
const DOWN_MILLIS: std::ops::Range<u64> = 100..3_000;

fn millis(random: &mut StdRng, range: std::ops::Range<u64>) -> Duration {
    Duration::from_millis(random.random_range(range))
}

fn kill(random: &mut StdRng) -> Action {
    Action::Kill {
        down: millis(random, DOWN_MILLIS),
    }
}

fn pause_replica(random: &mut StdRng) -> Action {
    Action::Pause {
        length: millis(random, REPLICA_PAUSE_MILLIS),
    }
}

fn pause_store(random: &mut StdRng) -> Action {
    Action::Pause {
        length: millis(random, STORE_PAUSE_MILLIS),
    }
}

fn restart(_: &mut StdRng) -> Action {
    Action::Restart
}

/// Twenty events, in the proportions of the whole schedule.
fn shares(has_store_process: bool) -> [Share; 20] {
    const OF_STORE: bool = true;
    let replica = |action| (!OF_STORE, action);
    // SQLite is a file: there is no process to disturb.
    let store = |action, instead| match has_store_process {
        true => (OF_STORE, action),
        false => (!OF_STORE, instead),
    };
    let (kill, restart): (fn(&mut StdRng) -> Action, fn(&mut StdRng) -> Action) = (kill, restart);
    let (pause_replica, pause_store): (fn(&mut StdRng) -> Action, fn(&mut StdRng) -> Action) =
        (pause_replica, pause_store);
    [
        replica(kill),
        replica(kill),
        replica(kill),
        replica(kill),
        replica(kill),
        replica(kill),
        replica(kill),
        replica(pause_replica),
        replica(pause_replica),
        replica(pause_replica),
        replica(pause_replica),
        replica(pause_replica),
        replica(restart),
        replica(restart),
        store(kill, kill),
        store(kill, kill),
        store(kill, kill),
        store(pause_store, pause_replica),
        store(pause_store, pause_replica),
        store(pause_store, pause_replica),
    ]
}

/// Returns `count` events, spread over the logins of `sessions` sessions.
pub(crate) fn schedule(
    seed: u64,
    count: usize,
    sessions: usize,
    replicas: usize,
    has_store_process: bool,
) -> Vec<Event> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut deck: Vec<Share> = shares(has_store_process)
        .into_iter()
        .cycle()
        .take(count)
        .collect();
    deck.shuffle(&mut random);
    deck.into_iter()
        .enumerate()
        .map(|(index, (of_store, action))| Event {
            after_sessions: sessions * (index + 1) / (count + 1),
            target: if of_store {
                Target::Store
            } else {
                Target::Replica(random.random_range(0..replicas))
            },
            action: action(&mut random),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_schedule_and_another_seed_another_one() {
        let of_seed = |seed| schedule(seed, 40, 2000, 3, true);
        assert_eq!(of_seed(7), of_seed(7));
        assert_ne!(of_seed(7), of_seed(8));
    }

    #[test]
    fn forty_events_are_at_least_thirty_kills_and_pauses_of_all_processes() {
        let events = schedule(1, 40, 2000, 3, true);
        let disturbing = events.iter().filter(|it| it.action != Action::Restart);
        assert!(disturbing.count() >= 30);
        for target in [
            Target::Store,
            Target::Replica(0),
            Target::Replica(1),
            Target::Replica(2),
        ] {
            assert!(events.iter().any(|it| it.target == target), "{target}");
        }
    }

    #[test]
    fn a_pause_of_a_replica_outlasts_a_lease() {
        for event in schedule(3, 200, 2000, 3, true) {
            if let (Target::Replica(_), Action::Pause { length }) = (event.target, event.action) {
                assert!(length > Duration::from_secs(6));
            }
        }
    }

    #[test]
    fn a_store_without_a_process_is_never_a_target() {
        let events = schedule(1, 40, 2000, 3, false);
        assert!(events.iter().all(|it| it.target != Target::Store));
    }
}
