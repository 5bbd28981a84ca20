//! Ten times the peak of one page, and what is left of it.

use std::time::Duration;

use crate::{
    client::Target,
    goal,
    load::{self, Rate},
    phase::Phase,
    server::Server,
    usage,
};

/// Multiple of the peak that is offered.
const OVERLOAD: u32 = 10;

/// The goals.
const MIN_GOODPUT_PERCENT: u64 = 80;
const MAX_RECOVERY: Duration = Duration::from_secs(5);
const MAX_GROWTH_MIB: u64 = 256;

/// A page, and the load that finds its peak.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) target: Target,
    /// Connections that find the peak.
    pub(crate) peak_connections: usize,
    /// Connections that offer the overload: one phase for each number.
    pub(crate) overload_connections: &'static [usize],
    /// Whether the overload must exceed the limit of requests in progress.
    pub(crate) is_shed: bool,
}

/// Returns whether all goals were met.
pub(crate) async fn measure(server: &Server, scenario: &Scenario, time: Duration) -> bool {
    let (target, connections) = (&scenario.target, scenario.peak_connections);
    println!("\n{}: {}", target.path, scenario.name);
    let at_most = Rate::AsFastAsPossible;
    let peak = Phase::run(server, target, connections, at_most, time).await;
    Phase::print_head();
    peak.print("peak");
    let mut results = Vec::new();
    for &connections in scenario.overload_connections {
        results.push(overload(server, scenario, connections, &peak, time).await);
    }
    println!();
    let mut is_good = true;
    for result in results {
        is_good &= result.meets_goals(scenario, &peak);
    }
    is_good
}

/// What an overload showed.
struct Overload {
    connections: usize,
    during: Phase,
    after: Phase,
    recovery: Option<Duration>,
    /// Memory before it, and the most during it, in MiB.
    memory: (u64, u64),
}

async fn overload(
    server: &Server,
    scenario: &Scenario,
    connections: usize,
    peak: &Phase,
    time: Duration,
) -> Overload {
    let target = &scenario.target;
    let before = usage::resident_mib(server.id());
    let offered = peak.outcome.good_per_second() * u64::from(OVERLOAD);
    let offered = Rate::PerSecond(offered);
    let during = Phase::run(server, target, connections, offered, time).await;
    during.print(&format!("overload, {connections} connections"));
    let memory = (before, usage::peak_mib(server.id()));
    let recovery = load::until_answered(target, MAX_RECOVERY * 2).await;
    let at_most = Rate::AsFastAsPossible;
    let after = Phase::run(server, target, scenario.peak_connections, at_most, time).await;
    after.print("afterwards");
    Overload {
        connections,
        during,
        after,
        recovery,
        memory,
    }
}

impl Overload {
    fn meets_goals(&self, scenario: &Scenario, peak: &Phase) -> bool {
        let (overload, after, recovery) = (&self.during, &self.after, self.recovery);
        let connections = self.connections;
        let (goodput, recovered) = (overload.percent_of(peak), after.percent_of(peak));
        let rate = overload.outcome.good_per_second() * 100 / peak.outcome.good_per_second().max(1);
        let mut is_good = goal(
            &format!(
                "good answers under {OVERLOAD}× overload over {connections} connections: {goodput} % of the peak (goal: \
                 {MIN_GOODPUT_PERCENT} %); {rate} % by the clock"
            ),
            goodput >= MIN_GOODPUT_PERCENT,
        );
        is_good &= goal(
            &format!(
                "the first good answer after it: {recovery:.2?}; then {recovered} % of the peak (goal: {MAX_RECOVERY:?}, \
                 {MIN_GOODPUT_PERCENT} %)"
            ),
            recovery.is_some_and(|it| it <= MAX_RECOVERY) && recovered >= MIN_GOODPUT_PERCENT,
        );
        let (before, most) = self.memory;
        is_good &= goal(
            &format!(
                "memory: {before} MiB before it, {most} MiB at most (goal: {MAX_GROWTH_MIB} MiB more)"
            ),
            most.saturating_sub(before) <= MAX_GROWTH_MIB,
        );
        let failed = overload.outcome.failed;
        is_good &= goal(
            &format!("requests without an answer: {failed}"),
            failed == 0,
        );
        if scenario.is_shed {
            let cost = overload.cost_of_refused(peak);
            is_good &= goal(
                &format!(
                    "CPU time of a good answer: {:.0?}; of a refused request: {:.0?}",
                    peak.cost_of_good(),
                    cost.unwrap_or_default()
                ),
                cost.is_some_and(|cost| cost < peak.cost_of_good() / 10),
            );
        }
        is_good
    }
}
