//! `cargo xtask cluster`: kills and pauses three replicas and their store under load, and counts lost sessions.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::failure::{Failure, Result};
use crate::process;
use crate::site::{BUILD_LIMIT, Purpose, SERVER_FEATURES, Site};
use crate::workspace::Workspace;

/// For both stores.
const LIMIT: Duration = Duration::from_mins(45);
/// The features of the server that are stores.
const STORE_FEATURES: &str = "postgres,redis";
const STORES: [&str; 3] = ["postgres", "redis", "sqlite"];
const PROGRAMS: [&str; 3] = ["cluster", "products-api", "tenant"];

/// What to run. The program has the default values.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options<'a> {
    release: bool,
    /// Options of the program, with their values.
    passed_on: Vec<&'a str>,
}

impl<'a> Options<'a> {
    fn parse(arguments: &[&'a str]) -> Result<Self> {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(name) = rest.next() {
            match *name {
                "--release" => options.release = true,
                "--store" | "--sessions" | "--seed" | "--disturbances" => {
                    let value = rest
                        .next()
                        .ok_or_else(|| Failure::Failed(format!("{name} needs a value")))?;
                    if *name == "--store" && !STORES.contains(value) {
                        let stores = STORES.join(", ");
                        return Err(Failure::Failed(format!(
                            "--store {value}: the stores are {stores}"
                        )));
                    }
                    options.passed_on.extend([name, value]);
                }
                _ => return Err(Failure::Failed(format!("`{name}` is not an option"))),
            }
        }
        Ok(options)
    }
}

pub(crate) fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let options = Options::parse(arguments)?;
    build(workspace, options.release)?;
    let executable = |name| executable(workspace, options.release, name);
    let mut cluster = Command::new(executable("cluster"));
    cluster
        .current_dir(&workspace.root)
        .args(&options.passed_on)
        .arg("--server")
        .arg(executable("server"))
        .arg("--tenant")
        .arg(executable("tenant"))
        .arg("--products-api")
        .arg(executable("products-api"))
        .arg("--stylesheet")
        .arg(workspace.root.join("style/main.css"))
        .arg("--state")
        .arg(workspace.state_folder()?.join("cluster"));
    process::run("the cluster", &mut cluster, LIMIT)
}

/// Builds the server as `cargo xtask test` does, and the programs. They need no browser half.
fn build(workspace: &Workspace, release: bool) -> Result<()> {
    let site = Site::new(workspace, Purpose::Test);
    let profile = release.then_some("--release");
    let mut server = site.cargo();
    server
        .args(["build", "--package=server", "--bin=server"])
        .arg("--no-default-features")
        .args(["--features", SERVER_FEATURES, "--features", STORE_FEATURES])
        .args(profile);
    process::run("the build of the server", &mut server, BUILD_LIMIT)?;
    let mut programs = site.cargo();
    programs.args(["build", "--workspace"]).args(profile);
    for program in PROGRAMS {
        programs.args(["--bin", program]);
    }
    process::run("the build of the programs", &mut programs, BUILD_LIMIT)
}

fn executable(workspace: &Workspace, release: bool, name: &str) -> PathBuf {
    let profile = if release { "release" } else { "debug" };
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    workspace.target.join(profile).join(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_the_program_are_passed_on() {
        let arguments = ["--release", "--store", "redis", "--seed", "7"];
        let options = Options::parse(&arguments).expect("valid options");
        assert!(options.release);
        assert_eq!(options.passed_on, ["--store", "redis", "--seed", "7"]);
    }

    #[test]
    fn unknown_and_incomplete_options_are_rejected() {
        for arguments in [&["--all"][..], &["--store", "mysql"], &["--seed"]] {
            assert!(Options::parse(arguments).is_err(), "{arguments:?}");
        }
    }
}
