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

/// Connections that offer it. Each waits for its answer, so there must be more of them than places at the server.
pub(crate) const OVERLOAD_CONNECTIONS: usize = 2_000;

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
    /// Whether the overload must exceed the limit of requests in progress.
    pub(crate) is_shed: bool,
}

/// Returns whether all goals were met.
pub(crate) async fn measure(server: &Server, scenario: &Scenario, time: Duration) -> bool {
    let (target, connections) = (&scenario.target, scenario.peak_connections);
    let at_most = Rate::AsFastAsPossible;
    println!("\n{}: {}", target.path, scenario.name);
    let peak = Phase::run(server, target, connections, at_most, time).await;
    Phase::print_head();
    peak.print("peak");
    let before = usage::resident_mib(server.id());

    let offered = peak.outcome.good_per_second() * u64::from(OVERLOAD);
    let offered = Rate::PerSecond(offered);
    let overload = Phase::run(server, target, OVERLOAD_CONNECTIONS, offered, time).await;
    overload.print("overload");
    let during = usage::peak_mib(server.id());
    let recovery = load::until_answered(target, MAX_RECOVERY * 2).await;
    let after = Phase::run(server, target, connections, at_most, time).await;
    after.print("afterwards");
    println!();

    let (goodput, recovered) = (overload.percent_of(&peak), after.percent_of(&peak));
    let rate = overload.outcome.good_per_second() * 100 / peak.outcome.good_per_second().max(1);
    let mut is_good = goal(
        &format!(
            "good answers under {OVERLOAD}× overload: {goodput} % of the peak (goal: {MIN_GOODPUT_PERCENT} %); {rate} % by the clock"
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
    is_good &= goal(
        &format!(
            "memory: {before} MiB at the peak, {during} MiB at most (goal: {MAX_GROWTH_MIB} MiB more)"
        ),
        during.saturating_sub(before) <= MAX_GROWTH_MIB,
    );
    let failed = overload.outcome.failed;
    is_good &= goal(
        &format!("requests without an answer: {failed}"),
        failed == 0,
    );
    if scenario.is_shed {
        let cost = overload.cost_of_refused(&peak);
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
