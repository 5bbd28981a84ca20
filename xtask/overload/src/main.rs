//! What a server of the site does under overload, and what anonymous logins leave behind.
//!
//! `overload SERVER SITE [SECONDS]` starts the server (an executable with the local services: a debug build, or a release build
//! with the feature `local-services`) and prints, for two pages: the peak of good answers per second, how many are left at ten
//! times that rate, how long the server takes to recover, and its memory; and the rows of its store after 100,000 logins that no
//! user finished. It fails if a figure misses its goal.
//!
//! One page, anonymous Home, uses only the CPU. The other one, Products, waits for an API, so requests pile up, and those beyond
//! the limit are refused.
//!
//! `overload SERVER SITE SECONDS limits` prints what different limits do instead.

mod client;
mod cores;
mod limits;
mod load;
mod login;
mod overload;
mod phase;
mod server;
mod slow_api;
mod usage;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use self::{client::Target, cores::Cores, overload::Scenario, server::Server};

pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

/// How long the API of Products takes.
const API_LATENCY: Duration = Duration::from_millis(100);

/// Connections for logins, and for a page that uses only the CPU.
const FEW_CONNECTIONS: usize = 32;

/// Connections that find the peak of a page that waits for the API: below the limit of the server, and so many that it is busy.
const WAITING_CONNECTIONS: usize = 160;

/// Connections that offer an overload. Each waits for its answer, so there must be more of them than places at the server.
const OVERLOAD_CONNECTIONS: usize = 2_000;

/// Almost as many connections as the server accepts (`SERVER_MAX_CONNECTIONS`): the worst flood of clients without HTTP/2.
const MANY_CONNECTIONS: usize = 4_000;

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
        return Err("usage: overload SERVER SITE [SECONDS [limits]]".into());
    };
    let (server, site) = (PathBuf::from(server), PathBuf::from(site));
    let seconds = arguments.next().map_or(Ok(10), |it| it.parse())?;
    let time = Duration::from_secs(seconds);
    match arguments.next().as_deref() {
        None => measure(cores, &server, &site, time).await,
        Some("limits") => {
            limits::measure(cores.as_ref(), &server, &site, time).await?;
            Ok(true)
        }
        Some(other) => Err(format!("unknown argument {other}").into()),
    }
}

async fn measure(
    cores: Option<Cores>,
    executable: &Path,
    site: &Path,
    time: Duration,
) -> Result<bool, Error> {
    let variables = [("PRODUCTS_API_URL", slow_api::start(API_LATENCY).await?)];
    let server = Server::start(cores, executable, site, &variables).await?;
    let cookie = login::log_in(server.address()).await?;
    println!("{}", server.description());
    let home = Scenario {
        name: "anonymous, uses only the CPU",
        target: Target::public(server.address(), "/"),
        peak_connections: FEW_CONNECTIONS,
        overload_connections: &[OVERLOAD_CONNECTIONS],
        is_shed: false,
    };
    let mut is_good = overload::measure(&server, &home, time).await;
    let products = Scenario {
        name: "signed in, waits 100 ms for its API",
        target: Target {
            cookie: Some(cookie),
            ..Target::public(server.address(), "/products")
        },
        peak_connections: WAITING_CONNECTIONS,
        overload_connections: &[OVERLOAD_CONNECTIONS, MANY_CONNECTIONS],
        is_shed: true,
    };
    is_good &= overload::measure(&server, &products, time).await;
    is_good &= logins(&server).await?;
    server.stop().await?;
    Ok(is_good)
}

/// Starts logins that no user finishes.
async fn logins(server: &Server) -> Result<bool, Error> {
    let rows = server.stored_bytes()?;
    let before = usage::resident_mib(server.id());
    let target = Target::public(server.address(), "/auth/login?returnTo=%2Fproducts");
    let outcome = load::run_count(&target, FEW_CONNECTIONS, LOGINS).await;
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

/// Prints a figure, and returns whether it meets its goal.
pub(crate) fn goal(text: &str, is_met: bool) -> bool {
    println!("{} {text}", if is_met { "ok    " } else { "MISSED" });
    is_met
}
