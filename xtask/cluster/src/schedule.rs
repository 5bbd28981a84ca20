//! Which process is killed, paused or restarted, in which order. The same seed gives the same schedule.

use std::{fmt, ops::Range, time::Duration};

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

/// A pause of a replica outlasts a refresh lease, which expires after six seconds.
const REPLICA_PAUSE_MILLIS: Range<u64> = 7_000..10_000;
const STORE_PAUSE_MILLIS: Range<u64> = 2_000..9_000;
const DOWN_MILLIS: Range<u64> = 100..3_000;

/// An event before its process and its length are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Card {
    KillReplica,
    PauseReplica,
    RestartReplica,
    KillStore,
    PauseStore,
}

/// How often each event occurs among twenty.
const SHARES: [(Card, usize); 5] = [
    (Card::KillReplica, 7),
    (Card::PauseReplica, 5),
    (Card::RestartReplica, 2),
    (Card::KillStore, 3),
    (Card::PauseStore, 3),
];

impl Card {
    /// Returns the event of a replica instead of that of a store without a process: `SQLite` is a file.
    fn of_replica(self) -> Self {
        match self {
            Self::KillStore => Self::KillReplica,
            Self::PauseStore => Self::PauseReplica,
            card => card,
        }
    }

    fn target(self, random: &mut StdRng, replicas: usize) -> Target {
        match self {
            Self::KillStore | Self::PauseStore => Target::Store,
            Self::KillReplica | Self::PauseReplica | Self::RestartReplica => {
                Target::Replica(random.random_range(0..replicas))
            }
        }
    }

    fn action(self, random: &mut StdRng) -> Action {
        let mut millis = |range| Duration::from_millis(random.random_range(range));
        match self {
            Self::KillReplica | Self::KillStore => Action::Kill {
                down: millis(DOWN_MILLIS),
            },
            Self::PauseReplica => Action::Pause {
                length: millis(REPLICA_PAUSE_MILLIS),
            },
            Self::PauseStore => Action::Pause {
                length: millis(STORE_PAUSE_MILLIS),
            },
            Self::RestartReplica => Action::Restart,
        }
    }
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
    let mut deck: Vec<Card> = SHARES
        .into_iter()
        .flat_map(|(card, share)| std::iter::repeat_n(card, share))
        .map(|card| {
            if has_store_process {
                card
            } else {
                card.of_replica()
            }
        })
        .cycle()
        .take(count)
        .collect();
    deck.shuffle(&mut random);
    deck.into_iter()
        .enumerate()
        .map(|(index, card)| Event {
            after_sessions: sessions * (index + 1) / (count + 1),
            target: card.target(&mut random, replicas),
            action: card.action(&mut random),
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
