//! What a server of the site does under overload, and what anonymous logins leave behind.
//!
//! `overload SERVER SITE` starts the server (an executable with the local services: a debug build, or a release build with
//! the feature `local-services`) and prints: the peak of good answers per second, how many are left at ten times that rate,
//! how long the server takes to recover, its memory, and the rows of its store after 100,000 logins that no user finished.
//! It fails if a figure misses its goal.

mod client;
mod load;
mod memory;
mod server;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use self::{
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

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("overload: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns whether all goals were met.
async fn run() -> Result<bool, Error> {
    let mut arguments = std::env::args().skip(1);
    let (Some(server), Some(site)) = (arguments.next(), arguments.next()) else {
        return Err("usage: overload SERVER SITE [SECONDS]".into());
    };
    let seconds = arguments.next().map_or(Ok(10), |it| it.parse())?;
    let server = Server::start(PathBuf::from(server), PathBuf::from(site)).await?;
    let mut is_good = overload(&server, Duration::from_secs(seconds)).await?;
    is_good &= logins(&server).await?;
    server.stop().await?;
    Ok(is_good)
}

/// Measures an overload with the cheapest page, for which refusing requests costs the most in comparison.
async fn overload(server: &Server, phase: Duration) -> Result<bool, Error> {
    let address = server.address();
    load::run(
        address,
        "/",
        PEAK_CONNECTIONS,
        Rate::AsFastAsPossible,
        phase / 4,
    )
    .await;
    let peak = load::run(
        address,
        "/",
        PEAK_CONNECTIONS,
        Rate::AsFastAsPossible,
        phase,
    )
    .await;
    let before = memory::resident_mib(server.id());
    let peak_rate = peak.good_per_second();
    println!("\n| phase | offered/s | good/s | refused/s | failed | median | 99 % |");
    println!("| --- | --: | --: | --: | --: | --: | --: |");
    print("peak", &peak);

    let offered = Rate::PerSecond(peak_rate.saturating_mul(u64::from(OVERLOAD)));
    let overload = load::run(address, "/", OVERLOAD_CONNECTIONS, offered, phase).await;
    print("overload", &overload);
    let during = memory::peak_mib(server.id());

    let recovery = load::until_answered(address, "/", MAX_RECOVERY * 2).await;
    let after = load::run(
        address,
        "/",
        PEAK_CONNECTIONS,
        Rate::AsFastAsPossible,
        phase,
    )
    .await;
    print("afterwards", &after);

    let percent = |rate: u64| (rate * 100).checked_div(peak_rate).unwrap_or(0);
    let (goodput, recovered) = (
        percent(overload.good_per_second()),
        percent(after.good_per_second()),
    );
    let growth = during.saturating_sub(before);
    println!();
    let mut is_good = goal(
        &format!(
            "good answers under {OVERLOAD}× overload: {goodput} % of the peak (goal: {MIN_GOODPUT_PERCENT} %)"
        ),
        goodput >= MIN_GOODPUT_PERCENT,
    );
    is_good &= goal(
        &format!(
            "the first good answer after the overload: {recovery:?}; then {recovered} % of the peak (goal: {MAX_RECOVERY:?}, \
             {MIN_GOODPUT_PERCENT} %)"
        ),
        recovery.is_some_and(|it| it <= MAX_RECOVERY) && recovered >= MIN_GOODPUT_PERCENT,
    );
    is_good &= goal(
        &format!(
            "memory: {before} MiB at the peak, {during} MiB at most (goal: {MAX_GROWTH_MIB} MiB more)"
        ),
        growth <= MAX_GROWTH_MIB,
    );
    is_good &= goal(
        &format!(
            "requests that failed without an answer: {}",
            overload.failed
        ),
        overload.failed == 0,
    );
    Ok(is_good)
}

/// Starts logins that no user finishes.
async fn logins(server: &Server) -> Result<bool, Error> {
    let rows = server.stored_bytes()?;
    let before = memory::resident_mib(server.id());
    let path = "/auth/login?returnTo=%2Fproducts";
    let outcome = load::run_count(server.address(), path, PEAK_CONNECTIONS, LOGINS).await;
    let after = memory::resident_mib(server.id());
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

fn print(phase: &str, outcome: &Outcome) {
    println!(
        "| {phase} | {} | {} | {} | {} | {:.1?} | {:.1?} |",
        outcome.offered_per_second(),
        outcome.good_per_second(),
        outcome.refused_per_second(),
        outcome.failed,
        outcome.percentile(50),
        outcome.percentile(99),
    );
}

fn goal(text: &str, is_met: bool) -> bool {
    println!("{} {text}", if is_met { "ok    " } else { "MISSED" });
    is_met
}
