//! A published executable where one can be had in seconds, and otherwise `cargo install`.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use super::Tool;
use crate::failure::{Failure, Result};
use crate::process;
use crate::report::duration;
use crate::workspace::{Workspace, remove_folder};

/// Where an executable came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Published,
    NotToBeHad,
}

/// Which versions of its dependencies a tool is compiled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Versions {
    /// Those that its authors tested.
    Tested,
    /// The newest compatible ones: a mirror of the registry may not have the tested ones, or have them no more.
    Compatible,
}

const COMPILE_LIMIT: Duration = Duration::from_hours(1);

pub(super) fn prebuilt(tool: &Tool, workspace: &Workspace) -> Result<Source> {
    let Some(archive) = &tool.archive else {
        return Ok(Source::NotToBeHad);
    };
    if std::env::var_os("XTASK_NO_PREBUILT").is_some() {
        return Ok(Source::NotToBeHad);
    }
    println!(
        "{} {} is missing: asking {} for it",
        tool.package,
        tool.version,
        archive.host()
    );
    let folder = tool.folder(workspace);
    match archive.unpack(tool.executable, &folder) {
        Ok(()) if tool.find(workspace).is_some() => {
            println!(
                "{} {} is installed in {}",
                tool.package,
                tool.version,
                folder.display()
            );
            Ok(Source::Published)
        }
        Err(Failure::Interrupted) => Err(Failure::Interrupted),
        outcome => {
            let why = outcome.err().map_or_else(
                || "what was published does not run here".to_owned(),
                |failure| failure.to_string(),
            );
            remove_folder(&folder)?;
            println!("  … not to be had ({why})");
            Ok(Source::NotToBeHad)
        }
    }
}

pub(super) fn compile(tool: &Tool, workspace: &Workspace) -> Result<()> {
    println!(
        "Compiling {} {}, once per computer (on two cores: {})",
        tool.package, tool.version, tool.compiles_in
    );
    let started = Instant::now();
    let attempt = |versions| {
        let mut command = compile_command(tool, workspace, versions);
        process::run(tool.package, &mut command, COMPILE_LIMIT)
    };
    match attempt(Versions::Tested) {
        Err(Failure::Failed(_)) => {
            println!(
                "Once more, with other versions of what {} needs",
                tool.package
            );
            attempt(Versions::Compatible)
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

/// Where no version is installed, into Cargo's own folder, so that `cargo leptos …` works by itself from then on. Where
/// another one is, it stays: ours goes into a folder of its own.
pub(super) fn compile_command(tool: &Tool, workspace: &Workspace, versions: Versions) -> Command {
    let mut command = workspace.cargo();
    command
        .args(["install", tool.package, "--version", &tool.version])
        .args((versions == Versions::Tested).then_some("--locked"))
        .args(tool.install_arguments)
        // Kept when interrupted, so that the next attempt goes on where this one ended.
        .arg("--target-dir")
        .arg(build_folder(tool, workspace))
        .env_remove("CARGO_TARGET_DIR")
        // Optimised code takes longer to make than it saves.
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "0");
    let another_is_there = process::ask(tool.executable, &["--version"]).is_some();
    if another_is_there && let Some(root) = tool.folder(workspace).parent() {
        command.arg("--root").arg(root);
    }
    command
}

pub(super) fn remove_build(tool: &Tool, workspace: &Workspace) -> Result<()> {
    remove_folder(&build_folder(tool, workspace))
}

fn build_folder(tool: &Tool, workspace: &Workspace) -> PathBuf {
    workspace
        .cache
        .join("build")
        .join(format!("{}-{}", tool.package, tool.version))
}
