//! What the user of one session does. The same seed gives the same scripts.

use std::time::Duration;

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use crate::pages::Page;

/// A step of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Visit(Page),
    /// Several requests at once, which reach several replicas: they need one refresh.
    Burst(Page),
}

/// How the session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// `POST /auth/logout`.
    Logout,
    /// The user logs out at the provider, which sends a logout token.
    BackChannel,
    /// The user signs out all others of their sessions in another browser.
    OtherBrowser,
    /// An operator ends all sessions of the user.
    Operator,
    /// It does not end before the end of the run.
    Stay,
}

/// Everything the user of a session does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) number: usize,
    /// Each step with the pause before it.
    pub(crate) steps: Vec<(Duration, Step)>,
    pub(crate) ending: Ending,
    /// The time between two visits of a session that stays.
    pub(crate) idle: Duration,
}

impl Script {
    /// Returns the script of session `number`.
    pub(crate) fn of(seed: u64, number: usize) -> Self {
        let of_number = u64::try_from(number).unwrap_or_default();
        let mut random = StdRng::seed_from_u64(seed.rotate_left(32) ^ of_number);
        let steps = (0..random.random_range(3..=7))
            .map(|_| {
                let pause = Duration::from_millis(random.random_range(300..3_000));
                (pause, step(&mut random))
            })
            .collect();
        let ending = match random.random_range(0..100) {
            0..38 => Ending::Logout,
            38..56 => Ending::BackChannel,
            56..64 => Ending::OtherBrowser,
            64..70 => Ending::Operator,
            _ => Ending::Stay,
        };
        Self {
            number,
            steps,
            ending,
            idle: Duration::from_millis(random.random_range(30_000..60_000)),
        }
    }
}

fn step(random: &mut StdRng) -> Step {
    match random.random_range(0..100) {
        0..20 => Step::Visit(Page::Claims),
        20..35 => Step::Visit(Page::Profile),
        35..65 => Step::Visit(Page::ProductsFunction),
        65..85 => Step::Visit(Page::Products),
        _ => Step::Burst(Page::ProductsFunction),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_scripts() {
        let of_seed = |seed| -> Vec<Script> { (0..50).map(|n| Script::of(seed, n)).collect() };
        assert_eq!(of_seed(1), of_seed(1));
        assert_ne!(of_seed(1), of_seed(2));
    }

    #[test]
    fn every_ending_occurs() {
        let endings: Vec<Ending> = (0..200).map(|n| Script::of(1, n).ending).collect();
        for ending in [
            Ending::Logout,
            Ending::BackChannel,
            Ending::OtherBrowser,
            Ending::Operator,
            Ending::Stay,
        ] {
            assert!(endings.contains(&ending), "{ending:?}");
        }
    }
}
