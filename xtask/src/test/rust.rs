//! Unit tests, integration tests, and the examples in the documentation.

use std::process::Command;
use std::time::Duration;

use crate::counts::Counts;
use crate::failure::Result;
use crate::process;
use crate::report::Report;
use crate::site::{Purpose, Site};
use crate::tools::nextest;
use crate::workspace::Workspace;

const LIMIT: Duration = Duration::from_mins(45);

/// All crates but the browser's entry point, which cannot run here, with the features of the server half.
pub(crate) const SERVER_HALF: &[&str] = &[
    "--workspace",
    "--exclude=frontend",
    "--features=app/ssr,axum-auth0/bearer,axum-auth0/login,leptos-auth0/ssr",
];

pub(super) fn run(workspace: &Workspace, report: &mut Report) -> Result<()> {
    report.step("unit and integration tests", |counts| {
        if nextest::is_installed(workspace) {
            with_nextest(workspace, counts)
        } else {
            println!("cargo-nextest is not installed: cargo test");
            let mut cargo = cargo(workspace);
            cargo
                .arg("test")
                .args(SERVER_HALF)
                .args(["--all-targets", "--no-fail-fast"]);
            count(&mut cargo, counts)
        }
    })?;
    report.step("examples in the documentation", |counts| {
        let mut cargo = cargo(workspace);
        cargo
            .args(["test", "--doc", "--no-fail-fast"])
            .args(SERVER_HALF);
        count(&mut cargo, counts)
    })?;
    Ok(())
}

fn with_nextest(workspace: &Workspace, counts: &mut Counts) -> Result<()> {
    let junit = workspace
        .target
        .join("nextest")
        .join("default")
        .join("junit.xml");
    // A build that fails leaves the report of the run before.
    _ = std::fs::remove_file(&junit);
    let mut cargo = cargo(workspace);
    cargo.args(["nextest", "run"]).args(SERVER_HALF).args([
        "--all-targets",
        "--no-fail-fast",
        "--status-level=slow",
    ]);
    let outcome = process::run("cargo nextest run", &mut cargo, LIMIT);
    if junit.is_file() {
        *counts += Counts::from_junit(&junit)?;
    }
    outcome
}

fn count(cargo: &mut Command, counts: &mut Counts) -> Result<()> {
    process::run_reading("cargo test", cargo, LIMIT, |line| {
        *counts += Counts::from_libtest_line(line);
    })
}

/// With the flags of the debug site, so that dependencies are compiled once for both.
fn cargo(workspace: &Workspace) -> Command {
    Site::new(workspace, Purpose::Test).cargo()
}
