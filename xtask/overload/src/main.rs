//! What a server of the site does under overload, and what anonymous logins leave behind.
//!
//! `overload SERVER SITE` starts the server (an executable with the local services: a debug build, or a release build with
//! the feature `local-services`) and prints: the peak of good answers per second, how many are left at ten times that rate,
//! how long the server takes to recover, its memory, and the rows of its store after 100,000 logins that no user finished.
//! It fails if a figure misses its goal.

mod client;
mod cores;
mod load;
mod server;
mod usage;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use self::{
    cores::Cores,
    load::{Outcome, Rate},
    server::Server,
};

pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

/// Connections that find the peak: as many as there are requests in progress on a busy site.
const PEAK_CONNECTIONS: usize = 32;

/// Multiple of the peak that is offered.
const OVERLOAD: u32 = 10;

/// Connections that offer it. Each waits for its answer, so there must be more of them than places at the server.
const OVERLOAD_CONNECTIONS: usize = 2_000;

/// The goals.
const MIN_GOODPUT_PERCENT: u64 = 80;
const MAX_RECOVERY: Duration = Duration::from_secs(5);
const MAX_GROWTH_MIB: u64 = 256;

const LOGINS: u32 = 100_000;

fn main() -> ExitCode {
    // Before the threads of the runtime start, which inherit it.
    let cores = Cores::divide();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("overload: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cores)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("overload: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns whether all goals were met.
async fn run(cores: Option<Cores>) -> Result<bool, Error> {
    let mut arguments = std::env::args().skip(1);
    let (Some(server), Some(site)) = (arguments.next(), arguments.next()) else {
        return Err("usage: overload SERVER SITE [SECONDS]".into());
    };
    let seconds = arguments.next().map_or(Ok(10), |it| it.parse())?;
    let server = Server::start(cores, PathBuf::from(server), PathBuf::from(site)).await?;
    println!("{}", server.description());
    let mut is_good = overload(&server, Duration::from_secs(seconds)).await?;
    is_good &= logins(&server).await?;
    server.stop().await?;
    Ok(is_good)
}

/// Measures an overload with the cheapest page, for which refusing requests costs the most in comparison.
async fn overload(server: &Server, time: Duration) -> Result<bool, Error> {
    let address = server.address();
    let at_most = Rate::AsFastAsPossible;
    load::run(address, "/", PEAK_CONNECTIONS, at_most, time / 4).await;
    println!(
        "\n| phase | offered/s | good/s | refused/s | failed | median | 99 % | good in a second of CPU |"
    );
    println!("| --- | --: | --: | --: | --: | --: | --: | --: |");
    let peak = Phase::run(server, "peak", PEAK_CONNECTIONS, at_most, time).await;
    let before = usage::resident_mib(server.id());

    let offered = peak.outcome.good_per_second() * u64::from(OVERLOAD);
    let offered = Rate::PerSecond(offered);
    let overload = Phase::run(server, "overload", OVERLOAD_CONNECTIONS, offered, time).await;
    let during = usage::peak_mib(server.id());
    let recovery = load::until_answered(address, "/", MAX_RECOVERY * 2).await;
    let after = Phase::run(server, "afterwards", PEAK_CONNECTIONS, at_most, time).await;

    let (goodput, recovered) = (overload.percent_of(&peak), after.percent_of(&peak));
    println!();
    let mut is_good = goal(
        &format!(
            "good answers under {OVERLOAD}× overload: {goodput} % of the peak (goal: {MIN_GOODPUT_PERCENT} %)"
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
    Ok(is_good)
}

/// What happened in a phase, and the CPU time that it cost the server.
struct Phase {
    outcome: Outcome,
    cpu: Duration,
}

impl Phase {
    async fn run(
        server: &Server,
        name: &str,
        connections: usize,
        rate: Rate,
        time: Duration,
    ) -> Self {
        let before = usage::cpu_time(server.id());
        let outcome = load::run(server.address(), "/", connections, rate, time).await;
        let cpu = usage::cpu_time(server.id()).saturating_sub(before);
        let phase = Self { outcome, cpu };
        phase.print(name);
        phase
    }

    /// Returns the good answers in a second of CPU time. Unlike those in a second, they do not depend on what else the machine
    /// does. Where CPU times are unknown, those in a second.
    fn goodput(&self) -> u64 {
        let milliseconds = u64::try_from(self.cpu.as_millis()).unwrap_or(u64::MAX);
        let goodput = (self.outcome.good * 1_000).checked_div(milliseconds);
        goodput.unwrap_or_else(|| self.outcome.good_per_second())
    }

    fn percent_of(&self, peak: &Self) -> u64 {
        (self.goodput() * 100)
            .checked_div(peak.goodput())
            .unwrap_or(0)
    }

    fn print(&self, name: &str) {
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

/// Starts logins that no user finishes.
async fn logins(server: &Server) -> Result<bool, Error> {
    let rows = server.stored_bytes()?;
    let before = usage::resident_mib(server.id());
    let path = "/auth/login?returnTo=%2Fproducts";
    let outcome = load::run_count(server.address(), path, PEAK_CONNECTIONS, LOGINS).await;
    let after = usage::resident_mib(server.id());
    let rows_after = server.stored_bytes()?;
    println!();
    let mut is_good = goal(
        &format!(
            "{LOGINS} anonymous logins: {} redirects, {} others",
            outcome.good,
            outcome.refused + outcome.failed
        ),
        outcome.good == u64::from(LOGINS),
    );
    is_good &= goal(
        &format!("the session store before and after them: {rows} and {rows_after} bytes"),
        rows == rows_after,
    );
    is_good &= goal(
        &format!("memory before and after them: {before} and {after} MiB (goal: 32 MiB more)"),
        after.saturating_sub(before) <= 32,
    );
    Ok(is_good)
}

fn goal(text: &str, is_met: bool) -> bool {
    println!("{} {text}", if is_met { "ok    " } else { "MISSED" });
    is_met
}
