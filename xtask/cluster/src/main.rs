//! `cargo xtask cluster`: three replicas of the site behind nginx, under load, while processes are killed and paused. Counts
//! sessions that are lost or resurrected, pages that show another user's data, and refresh tokens that are reused.

#[cfg(unix)]
mod browser;
#[cfg(unix)]
mod chaos;
#[cfg(unix)]
mod cluster;
#[cfg(unix)]
mod environment;
mod evidence;
#[cfg(unix)]
mod grants;
#[cfg(unix)]
mod interrupt;
#[cfg(unix)]
mod judgement;
#[cfg(unix)]
mod login;
#[cfg(unix)]
mod logout;
#[cfg(unix)]
mod operator;
#[cfg(unix)]
mod pages;
#[cfg(unix)]
mod program;
#[cfg(unix)]
mod proxy;
#[cfg(unix)]
mod report;
#[cfg(unix)]
mod run;
#[cfg(unix)]
mod schedule;
#[cfg(unix)]
mod script;
#[cfg(unix)]
mod site;
#[cfg(unix)]
mod store;
#[cfg(unix)]
mod table;
#[cfg(unix)]
mod tally;
#[cfg(unix)]
mod user;

use std::process::ExitCode;

#[cfg(unix)]
#[tokio::main]
async fn main() -> ExitCode {
    use clap::Parser as _;

    let arguments = run::Arguments::parse();
    match run::run(&arguments).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cluster: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    eprintln!("cluster: processes are paused with SIGSTOP, which this system does not have");
    ExitCode::FAILURE
}
