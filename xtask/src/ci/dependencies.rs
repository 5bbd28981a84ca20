//! Licences, bans, sources and advisories of all dependencies, by cargo-deny and `deny.toml`.

use std::process::Command;
use std::time::Duration;

use crate::failure::{Failure, Result};
use crate::process;
use crate::tools::Tool;
use crate::workspace::{Workspace, path_with};

const LIMIT: Duration = Duration::from_mins(10);

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let tools = Tool::cargo_deny().ensure(workspace)?;
    let deny = |arguments: &[&str]| -> Result<Command> {
        let mut cargo = workspace.cargo();
        cargo
            .args(["deny", "--locked", "--all-features"])
            .args(arguments)
            .env("PATH", path_with(&tools)?);
        Ok(cargo)
    };
    let mut check = deny(&["check", "bans", "licenses", "sources"])?;
    process::run("cargo deny", &mut check, LIMIT)?;
    // The advisories are a Git repository, which cannot be reached from every machine.
    match process::run("cargo deny fetch", &mut deny(&["fetch", "db"])?, LIMIT) {
        Ok(()) => process::run("cargo deny", &mut deny(&["check", "advisories"])?, LIMIT),
        Err(Failure::Failed(_)) => {
            println!("The advisory database is unreachable: advisories are not checked.");
            Ok(())
        }
        interrupted => interrupted,
    }
}
