//! Unit tests, integration tests, and the examples in the documentation.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::not_run::{self, ByReason, NotRun};
use crate::counts::Counts;
use crate::failure::Result;
use crate::mcp_server;
use crate::process;
use crate::report::Report;
use crate::site::{Purpose, Site};
use crate::tools::Tool;
use crate::workspace::{Workspace, path_with};

const LIMIT: Duration = Duration::from_mins(45);

/// All crates except the browser's entry point, which does not run here, with the features of the server half. Builds of a
/// single program select it too: with the features of its package alone, the dependencies would be compiled again.
pub(crate) const SERVER_HALF: &[&str] = &[
    "--workspace",
    "--exclude=frontend",
    "--features=app/ssr,axum-auth0/sqlite,leptos-auth0/ssr,own-error-leptos/ssr,server/features-of-tests",
];

pub(super) fn run(workspace: &Workspace, report: &mut Report) -> Result<()> {
    let not_run = NotRun::new(workspace);
    let mut skipped = ByReason::default();
    report.step("unit and integration tests", |counts| {
        let outcome = all_targets(workspace, &not_run, counts);
        skipped = not_run.read()?;
        skipped.subtract_from(counts);
        outcome
    })?;
    skipped.report(report);
    report.step("examples/mcp-server", |counts| {
        let mut cargo = mcp_server::cargo(workspace);
        cargo.args(["test", "--locked", "--no-fail-fast"]);
        count(&mut cargo, counts)
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

fn all_targets(workspace: &Workspace, not_run: &NotRun, counts: &mut Counts) -> Result<()> {
    if let Some(folders) = nextest(workspace)? {
        return with_nextest(workspace, &folders, not_run, counts);
    }
    println!("cargo-nextest is not available: cargo test");
    let mut cargo = cargo(workspace);
    cargo
        .arg("test")
        .args(SERVER_HALF)
        .args(["--all-targets", "--no-fail-fast"])
        .env(not_run::VARIABLE, not_run.file());
    count(&mut cargo, counts)
}

/// The folders to put in front of `PATH`. Any installed version is good. `None` if it would have to be compiled, which
/// takes longer than the tests with `cargo test`.
fn nextest(workspace: &Workspace) -> Result<Option<Vec<PathBuf>>> {
    if process::output_of(workspace.cargo().args(["nextest", "--version"])).is_some() {
        return Ok(Some(Vec::new()));
    }
    Tool::cargo_nextest().ensure_prebuilt(workspace)
}

fn with_nextest(
    workspace: &Workspace,
    folders: &[PathBuf],
    not_run: &NotRun,
    counts: &mut Counts,
) -> Result<()> {
    let junit = workspace
        .target
        .join("nextest")
        .join("default")
        .join("junit.xml");
    // A failed build would leave the report of the previous run.
    _ = std::fs::remove_file(&junit);
    let mut cargo = cargo(workspace);
    cargo
        .args(["nextest", "run"])
        .args(SERVER_HALF)
        .args(["--all-targets", "--no-fail-fast", "--status-level=slow"])
        .env("PATH", path_with(folders)?)
        .env(not_run::VARIABLE, not_run.file());
    let outcome = process::run("cargo nextest run", &mut cargo, LIMIT);
    if junit.is_file() {
        *counts += Counts::from_junit(&junit)?;
    }
    outcome
}

fn count(cargo: &mut Command, counts: &mut Counts) -> Result<()> {
    process::run_reading("cargo test", cargo, LIMIT, |line| {
        // Counting continues after the terminal is closed.
        _ = writeln!(std::io::stdout(), "{line}");
        *counts += Counts::from_libtest_line(line);
    })
}

/// With the flags of the debug site, so that dependencies are compiled once for both.
fn cargo(workspace: &Workspace) -> Command {
    Site::new(workspace, Purpose::Test).cargo()
}
