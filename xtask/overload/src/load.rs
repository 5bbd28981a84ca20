//! Load on one target, and the answers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use http::StatusCode;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout_at},
};

use crate::client::{Client, Target};

/// How fast requests are sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rate {
    /// Each connection sends the next request after the answer.
    AsFastAsPossible,
    /// All connections together send at this rate, whatever the answers are. A connection whose answer is late skips the
    /// requests that it cannot send in the meantime.
    PerSecond(u64),
}

/// The answers of a phase.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) good: u64,
    pub(crate) refused: u64,
    pub(crate) failed: u64,
    /// Times until a good answer.
    times: Vec<Duration>,
    elapsed: Duration,
}

impl Outcome {
    fn record(&mut self, status: Option<StatusCode>, time: Duration) {
        match status {
            Some(StatusCode::OK | StatusCode::SEE_OTHER) => {
                self.good += 1;
                self.times.push(time);
            }
            Some(_) => self.refused += 1,
            None => self.failed += 1,
        }
    }

    fn add(&mut self, other: Self) {
        self.good += other.good;
        self.refused += other.refused;
        self.failed += other.failed;
        self.times.extend(other.times);
    }

    pub(crate) fn good_per_second(&self) -> u64 {
        self.per_second(self.good)
    }

    pub(crate) fn refused_per_second(&self) -> u64 {
        self.per_second(self.refused)
    }

    pub(crate) fn offered_per_second(&self) -> u64 {
        self.per_second(self.good + self.refused + self.failed)
    }

    fn per_second(&self, count: u64) -> u64 {
        let milliseconds = u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX);
        (count * 1_000).checked_div(milliseconds).unwrap_or(0)
    }

    /// Returns the time within which this share of the good answers arrived.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        let index = (times.len() * percent / 100).min(times.len().saturating_sub(1));
        times.get(index).copied().unwrap_or_default()
    }
}

/// Opens `target` over `connections` for `warm_up` and `time`. Answers are counted after the first: requests that are in progress at
/// the end, and cost CPU time without a counted answer, were in progress at the beginning as well.
pub(crate) async fn run(
    target: &Target,
    connections: usize,
    rate: Rate,
    warm_up: Duration,
    time: Duration,
) -> Outcome {
    let begin = Instant::now();
    let counted_from = begin + warm_up;
    let end = counted_from + time;
    let mut running = JoinSet::new();
    for number in 0..connections {
        let interval = match rate {
            Rate::AsFastAsPossible => None,
            Rate::PerSecond(rate) => {
                let connections = u32::try_from(connections).unwrap_or(u32::MAX);
                let rate = u32::try_from(rate.max(1)).unwrap_or(u32::MAX);
                let interval = Duration::from_secs(1) * connections / rate;
                let offset = u32::try_from(number).unwrap_or(0);
                Some((begin + Duration::from_secs(1) * offset / rate, interval))
            }
        };
        running.spawn(one_connection(
            Client::new(target),
            interval,
            counted_from,
            end,
        ));
    }
    let mut outcome = collect(running).await;
    outcome.elapsed = counted_from.elapsed();
    outcome
}

async fn one_connection(
    mut client: Client,
    interval: Option<(Instant, Duration)>,
    counted_from: Instant,
    end: Instant,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut next = interval.map(|(first, _)| first);
    loop {
        if let (Some(due), Some((_, interval))) = (&mut next, interval) {
            sleep_until(*due).await;
            while *due <= Instant::now() {
                *due += interval;
            }
        }
        let begin = Instant::now();
        if begin >= end {
            return outcome;
        }
        // What is not answered at the end is not counted.
        let Ok(status) = timeout_at(end, client.get()).await else {
            return outcome;
        };
        if Instant::now() >= counted_from {
            outcome.record(status.ok(), begin.elapsed());
        }
    }
}

/// Opens `target` `count` times over `connections`.
pub(crate) async fn run_count(target: &Target, connections: usize, count: u32) -> Outcome {
    let begin = Instant::now();
    let left = Arc::new(AtomicU32::new(count));
    let mut running = JoinSet::new();
    for _ in 0..connections {
        let left = Arc::clone(&left);
        let mut client = Client::new(target);
        running.spawn(async move {
            let mut outcome = Outcome::default();
            let take = |it: u32| it.checked_sub(1);
            while left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
                .is_ok()
            {
                let begin = Instant::now();
                let status = client.get().await.ok();
                outcome.record(status, begin.elapsed());
            }
            outcome
        });
    }
    let mut outcome = collect(running).await;
    outcome.elapsed = begin.elapsed();
    outcome
}

async fn collect(mut running: JoinSet<Outcome>) -> Outcome {
    let mut all = Outcome::default();
    while let Some(outcome) = running.join_next().await {
        all.add(outcome.unwrap_or_default());
    }
    all
}

/// Returns how long it takes until `target` gets a good answer; `None` after `limit`.
pub(crate) async fn until_answered(target: &Target, limit: Duration) -> Option<Duration> {
    let begin = Instant::now();
    let mut client = Client::new(target);
    while begin.elapsed() < limit {
        if matches!(client.get().await, Ok(StatusCode::OK)) {
            return Some(begin.elapsed());
        }
        sleep(Duration::from_millis(20)).await;
    }
    None
}
