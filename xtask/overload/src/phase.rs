//! One phase of a measurement: what was answered, and the CPU time that it cost the server.

use std::time::Duration;

use tokio::time::sleep;

use crate::{
    client::Target,
    load::{self, Outcome, Rate},
    server::Server,
    usage,
};

/// Longer than the server takes for all requests in progress.
const WARM_UP: Duration = Duration::from_secs(3);

pub(crate) struct Phase {
    pub(crate) outcome: Outcome,
    cpu: Duration,
}

impl Phase {
    pub(crate) async fn run(
        server: &Server,
        target: &Target,
        connections: usize,
        rate: Rate,
        time: Duration,
    ) -> Self {
        let measured = async {
            sleep(WARM_UP).await;
            let before = usage::cpu_time(server.id());
            sleep(time).await;
            usage::cpu_time(server.id()).saturating_sub(before)
        };
        let load = load::run(target, connections, rate, WARM_UP, time);
        let (outcome, cpu) = tokio::join!(load, measured);
        Self { outcome, cpu }
    }

    /// Returns the good answers in a second of CPU time. Unlike those in a second, they do not depend on what else the machine
    /// does. Where CPU times are unknown, those in a second.
    pub(crate) fn goodput(&self) -> u64 {
        let goodput = (self.outcome.good * 1_000).checked_div(milliseconds(self.cpu));
        goodput.unwrap_or_else(|| self.outcome.good_per_second())
    }

    pub(crate) fn percent_of(&self, peak: &Self) -> u64 {
        (self.goodput() * 100)
            .checked_div(peak.goodput())
            .unwrap_or(0)
    }

    /// Returns the CPU time of a good answer.
    pub(crate) fn cost_of_good(&self) -> Duration {
        self.cpu / u32::try_from(self.outcome.good.max(1)).unwrap_or(u32::MAX)
    }

    /// Returns the CPU time of a refused request: what is left when good answers cost as much as at the peak.
    pub(crate) fn cost_of_refused(&self, peak: &Self) -> Option<Duration> {
        let good = u32::try_from(self.outcome.good).unwrap_or(u32::MAX);
        let refused = u32::try_from(self.outcome.refused).unwrap_or(u32::MAX);
        let left = self.cpu.saturating_sub(peak.cost_of_good() * good);
        left.checked_div(refused)
    }

    pub(crate) fn print_head() {
        println!(
            "\n| phase | offered/s | good/s | refused/s | failed | median | 99 % | good in a second of CPU |"
        );
        println!("| --- | --: | --: | --: | --: | --: | --: | --: |");
    }

    pub(crate) fn print(&self, name: &str) {
        let outcome = &self.outcome;
        println!(
            "| {name} | {} | {} | {} | {} | {:.1?} | {:.1?} | {} |",
            outcome.offered_per_second(),
            outcome.good_per_second(),
            outcome.refused_per_second(),
            outcome.failed,
            outcome.percentile(50),
            outcome.percentile(99),
            self.goodput(),
        );
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
