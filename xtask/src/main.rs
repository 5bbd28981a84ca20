//! `cargo xtask …`: installs what is missing, says so, and then runs the standard tool.
//!
//! Nothing here is needed to work on the project: `cargo leptos watch`, `cargo nextest run` and `npm test` do the same,
//! once the tools are there. Every command prints what it runs, so that it can be run by hand.

mod build;
mod ci;
mod counts;
mod dev;
mod failure;
mod interrupt;
mod ports;
mod process;
mod report;
mod site;
mod structure;
mod test;
mod tools;
mod workspace;

use std::process::ExitCode;

use failure::Failure;
use report::Report;
use workspace::Workspace;

const USAGE: &str = "\
cargo xtask dev              installs what is missing, then runs the site and rebuilds it at every change
cargo xtask test [PART…]     all tests, or: rust, browser, foreign (an OpenID Provider that we did not write)
cargo xtask ci               formatting, lints, docs, dependencies, all tests, release build, page weight
cargo xtask build            the release build: hashed names, brotli and gzip
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
        Err(Failure::Failed(why)) => {
            eprintln!("\nerror: {why}");
            ExitCode::FAILURE
        }
        // The report has said everything, and its last line is the last line.
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
        ["build"] => build::run(&workspace),
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
