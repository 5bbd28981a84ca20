//! `cargo xtask bench`: what a page costs at the server and in the browser, and what a token costs.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::build::{self, Release};
use crate::failure::{Failure, Result};
use crate::process;
use crate::test::{browser, foreign};
use crate::workspace::{Workspace, create_folder};

const BUILD_LIMIT: Duration = Duration::from_mins(40);
const LIMIT: Duration = Duration::from_mins(45);
/// The earlier run that the figures stand beside.
const BASELINE: &str = "end2end/bench/baseline.json";
const PARTS: [&str; 3] = ["server", "browser", "tokens"];

/// What to measure.
#[derive(Debug, Default)]
struct Options<'a> {
    only: Option<&'a str>,
    server: Option<&'a str>,
    site: Option<&'a str>,
    label: Option<&'a str>,
    compare: Option<&'a str>,
    docs: bool,
}

impl<'a> Options<'a> {
    fn parse(arguments: &[&'a str]) -> Result<Self> {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(name) = rest.next() {
            if *name == "--docs" {
                options.docs = true;
                continue;
            }
            let field = match *name {
                "--only" => &mut options.only,
                "--server" => &mut options.server,
                "--site" => &mut options.site,
                "--label" => &mut options.label,
                "--compare" => &mut options.compare,
                _ => return Err(Failure::Failed(format!("`{name}` is not an option"))),
            };
            let value = rest.next();
            *field = Some(value.ok_or_else(|| Failure::Failed(format!("{name} needs a value")))?);
        }
        if options.server.is_some() != options.site.is_some() {
            let reason = "--server and --site belong together".to_owned();
            return Err(Failure::Failed(reason));
        }
        match options.only {
            Some(only) if !PARTS.contains(&only) => Err(Failure::Failed(format!(
                "--only {only}: the parts are {}",
                PARTS.join(", ")
            ))),
            _ => Ok(options),
        }
    }

    fn measures(&self, part: &str) -> bool {
        match self.only {
            Some(only) => only == part,
            // The tokens are measured in the sources, not in another build.
            None => part != "tokens" || self.server.is_none(),
        }
    }

    /// Returns the build to measure: the given one, or that of the sources.
    fn release(&self, workspace: &Workspace) -> Result<Release> {
        let (Some(server), Some(site)) = (self.server, self.site) else {
            return build::release(workspace, None);
        };
        let absolute = |path: &str| {
            std::fs::canonicalize(path).map_err(|e| Failure::io("find", Path::new(path), &e))
        };
        Ok(Release {
            server: absolute(server)?,
            site: absolute(site)?,
        })
    }
}

pub(crate) fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let options = Options::parse(arguments)?;
    let label = options
        .label
        .map_or_else(|| commit(workspace), str::to_owned);
    let results = workspace.state_folder()?.join("bench").join(&label);
    create_folder(&results)?;
    if options.measures("tokens") {
        measure_tokens(workspace, &results)?;
    }
    let parts: Vec<&str> = ["server", "browser"]
        .into_iter()
        .filter(|part| options.measures(part))
        .collect();
    if !parts.is_empty() {
        let release = options.release(workspace)?;
        let packages = ["--package=bare-axum", "--package=products-api"];
        build_programs(workspace, &packages)?;
        let api = release_executable(workspace, "products-api");
        let mut npm = npm(workspace, &release, &api, &results)?;
        npm.arg("--")
            .args(parts.iter().map(|part| format!("{part}.spec.ts")));
        process::run("Playwright", &mut npm, LIMIT)?;
    }
    report(workspace, &options, &results, &label)
}

fn build_programs(workspace: &Workspace, packages: &[&str]) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--release", "--bins"]).args(packages);
    process::run("the build of the programs", &mut cargo, BUILD_LIMIT)
}

fn release_executable(workspace: &Workspace, name: &str) -> PathBuf {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    workspace.target.join("release").join(file)
}

/// Returns the command that starts Playwright, which starts the programs itself.
fn npm(workspace: &Workspace, release: &Release, api: &Path, results: &Path) -> Result<Command> {
    let state = browser::fresh_folder(workspace, "bench-state")?;
    let mut npm = browser::npm(workspace, "bench")?;
    foreign::describe_site(&mut npm, workspace, &release.server, &release.site, &state);
    npm.env("API_EXECUTABLE", api)
        .env(
            "BARE_AXUM_EXECUTABLE",
            release_executable(workspace, "bare-axum"),
        )
        .env("BENCH_RESULTS", results)
        .env("LEPTOS_HASH_FILES", "true");
    Ok(npm)
}

/// Runs the benchmark of `access_token` and keeps its output.
fn measure_tokens(workspace: &Workspace, results: &Path) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args([
        "bench",
        "--package=axum-auth0",
        "--bench=access_token",
        "--",
        "by_sessions",
        "--sample-count=1000",
    ]);
    let mut output = String::new();
    process::run_reading("cargo bench", &mut cargo, BUILD_LIMIT, |line| {
        println!("{line}");
        output.push_str(line);
        output.push('\n');
    })?;
    let file = results.join("tokens.txt");
    std::fs::write(&file, output).map_err(|e| Failure::io("write", &file, &e))
}

fn report(workspace: &Workspace, options: &Options<'_>, results: &Path, label: &str) -> Result<()> {
    let earlier = match options.compare {
        Some(file) => PathBuf::from(file),
        None => workspace.root.join(BASELINE),
    };
    let mut node = Command::new("node");
    node.arg(workspace.root.join("end2end/bench/report.mjs"))
        .args([results.as_os_str(), label.as_ref(), earlier.as_os_str()])
        .args(options.docs.then_some("--docs"));
    process::run("the report", &mut node, Duration::from_mins(1))
}

/// Returns the commit of the sources, with `+` if they were changed.
fn commit(workspace: &Workspace) -> String {
    let mut git = Command::new("git");
    git.current_dir(&workspace.root)
        .args(["describe", "--always", "--dirty=+", "--exclude=*"]);
    process::output_of(&mut git).unwrap_or_else(|| "now".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_build_is_measured_without_the_tokens_of_the_sources() {
        let arguments = ["--server", "old/server", "--site", "old/site"];
        let options = Options::parse(&arguments).expect("valid options");
        assert!(options.measures("server") && options.measures("browser"));
        assert!(!options.measures("tokens"));
    }

    #[test]
    fn unknown_and_incomplete_options_are_rejected() {
        for arguments in [
            &["--all"][..],
            &["--only", "css"],
            &["--label"],
            &["--site", "x"],
        ] {
            assert!(Options::parse(arguments).is_err(), "{arguments:?}");
        }
    }
}
