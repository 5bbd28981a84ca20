//! `cargo install`, for tools that no one publishes for this machine or that cannot be downloaded.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use super::Tool;
use crate::failure::{Failure, Result};
use crate::process;
use crate::report::duration;
use crate::workspace::{Workspace, remove_folder};

/// The versions of its dependencies that a tool is compiled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dependencies {
    /// Those of the lock file that the tool was published with.
    Locked,
    /// The latest compatible ones: a mirror of the registry may lack a locked one.
    Compatible,
}

const LIMIT: Duration = Duration::from_hours(1);

pub(super) fn compile(tool: &Tool, workspace: &Workspace) -> Result<()> {
    println!(
        "Compiling {} {}, once per machine (on two cores: {})",
        tool.package, tool.version, tool.compiles_in
    );
    let started = Instant::now();
    let attempt = |dependencies| {
        // The server half of the site may be compiling at the same time, and is to be ready first.
        let mut command = process::nice(&command(tool, workspace, dependencies), 5);
        process::run(tool.package, &mut command, LIMIT)
    };
    match attempt(Dependencies::Locked) {
        Err(Failure::Failed(_)) => {
            println!("Retrying without the lock file of {}", tool.package);
            attempt(Dependencies::Compatible)
        }
        outcome => outcome,
    }?;
    remove_build(tool, workspace)?;
    println!(
        "{} {} is installed, {}",
        tool.package,
        tool.version,
        duration(started.elapsed())
    );
    Ok(())
}

/// The command that compiles and installs `tool`.
pub(crate) fn command(tool: &Tool, workspace: &Workspace, dependencies: Dependencies) -> Command {
    let mut command = workspace.cargo();
    command.arg("install");
    if let Some(folder) = tool.folder() {
        // Its manifest has the profile.
        command.arg("--path").arg(folder);
    } else {
        command
            .args([tool.package, "--version", &tool.version])
            // Optimising takes longer than it saves.
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0");
    }
    command
        .args((dependencies == Dependencies::Locked).then_some("--locked"))
        .arg("--root")
        .arg(tool.root(workspace))
        // Kept after an interruption, so that the next attempt continues.
        .arg("--target-dir")
        .arg(build_folder(tool, workspace))
        .env_remove("CARGO_TARGET_DIR");
    command
}

/// Removes what [`command`] leaves besides the executable.
pub(crate) fn remove_build(tool: &Tool, workspace: &Workspace) -> Result<()> {
    remove_folder(&build_folder(tool, workspace))
}

fn build_folder(tool: &Tool, workspace: &Workspace) -> PathBuf {
    workspace
        .cache
        .join("build")
        .join(format!("{}-{}", tool.package, tool.version))
}
