//! `cargo xtask …`: installs missing tools, says so, and runs the standard tool.
//!
//! Nothing here is required to work on the project: `cargo leptos watch`, `cargo nextest run` and `npm test` do the same
//! once the tools are installed. Every command prints what it runs.

mod bench;
mod build;
mod ci;
mod cluster;
mod counts;
mod dev;
mod failure;
mod interrupt;
mod mcp_server;
mod minimal_leptos;
mod overload;
mod ports;
mod process;
mod publish;
mod report;
mod site;
mod structure;
mod test;
mod tools;
mod workspace;

use std::process::ExitCode;

use failure::Failure;
use publish::Baseline;
use report::Report;
use workspace::Workspace;

const USAGE: &str = "\
cargo xtask dev              installs missing tools, then runs the site and rebuilds it at every change
cargo xtask test [PART…]     all tests, or: rust, browser, foreign (an OpenID Provider of another project), minimal-leptos
                             (the example with ordinary hydration)
cargo xtask ci               formatting, lints, docs, dependencies, all tests, release build, bundle size
cargo xtask ci --full [--baseline REVISION]
                             all of it, and the checks before a release: each feature alone, semantic versioning since
                             REVISION (by default the latest tag v*), docs.rs, publish dry run, the next Leptos
cargo xtask publish-checks [--baseline REVISION]
                             only the checks before a release
cargo xtask build [--features redis,otel]
                             the release build: hashed names, brotli and gzip
cargo xtask bench [--only server|browser|tokens] [--server FILE --site FOLDER] [--label NAME] [--compare FILE] [--docs]
                             what a page costs at the server, against bare axum, and in a slow Chromium, and what a token
                             costs: of the release build or another one, beside the baseline or another run; --docs
                             writes docs/performance.md
cargo xtask overload [--limits] [--debug | --server FILE --site FOLDER]
                             ten times the load that the site can answer, and 100,000 logins that no user finishes; --limits
                             compares limits of requests in progress instead
cargo xtask cluster [--store postgres|redis|sqlite] [--sessions N] [--seed S] [--disturbances N] [--release]
                             three replicas behind nginx under load, while replicas and store are killed and paused:
                             docs/scale.md; on PostgreSQL and on Redis by default
cargo xtask structure        the rules of the architecture: dependencies, module cycles, retired identifiers, file sizes
cargo xtask module-graph [PACKAGE…]
                             the modules of each crate and their dependencies; fails on a cycle
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Interrupted) => {
            eprintln!("\nStopped.");
            ExitCode::from(130)
        }
        Err(Failure::Failed(reason)) => {
            eprintln!("\nerror: {reason}");
            ExitCode::FAILURE
        }
        // The report is printed already, and its last line stays the last one.
        Err(Failure::Reported) => ExitCode::FAILURE,
    }
}

fn run(arguments: &[String]) -> failure::Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let workspace = Workspace::find()?;
    interrupt::listen()?;
    match words.as_slice() {
        ["dev"] => dev::run(&workspace),
        ["test", parts @ ..] => {
            let parts = test::Part::parse_all(parts)?;
            let mut report = Report::new();
            test::run(&workspace, &parts, &mut report)?;
            report.finish()
        }
        ["ci"] => {
            let mut report = Report::new();
            ci::run(&workspace, &mut report)?;
            report.finish()
        }
        ["ci", "--full", rest @ ..] => {
            let baseline = baseline(&workspace, rest)?;
            let mut report = Report::new();
            ci::run(&workspace, &mut report)?;
            publish::check_fully(&workspace, &baseline, &mut report)?;
            report.finish()
        }
        ["publish-checks", rest @ ..] => {
            let baseline = baseline(&workspace, rest)?;
            let mut report = Report::new();
            publish::check(&workspace, &mut report)?;
            publish::check_fully(&workspace, &baseline, &mut report)?;
            report.finish()
        }
        ["build"] => build::run(&workspace, None),
        ["build", "--features", features] => build::run(&workspace, Some(features)),
        ["bench", options @ ..] => bench::run(&workspace, options),
        ["overload", options @ ..] => overload::run(&workspace, options),
        ["cluster", options @ ..] => cluster::run(&workspace, options),
        ["structure"] => {
            let mut report = Report::new();
            structure::run(&workspace, &mut report)?;
            report.finish()
        }
        ["module-graph", packages @ ..] => structure::module_graph(&workspace, packages),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => Err(Failure::Failed(format!(
            "`cargo xtask {}` is not a command\n\n{USAGE}",
            words.join(" ")
        ))),
    }
}

/// Returns the revision of `--baseline REVISION`, by default the latest release.
fn baseline(workspace: &Workspace, arguments: &[&str]) -> failure::Result<Baseline> {
    match arguments {
        [] => Baseline::find(workspace, None),
        ["--baseline", revision] => Baseline::find(workspace, Some(revision)),
        _ => Err(Failure::Failed(format!(
            "`{}` is not understood; `--baseline REVISION` is\n\n{USAGE}",
            arguments.join(" ")
        ))),
    }
}
