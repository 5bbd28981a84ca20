//! wasm-opt, which a release build runs on the browser half. It is installed from npm.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::failure::Result;
use crate::process;
use crate::workspace::Workspace;

/// Returns the folders to put in front of `PATH`. Empty if npm is missing: cargo-leptos then downloads wasm-opt itself.
pub(crate) fn ensure(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    if process::ask("wasm-opt", &["--version"]).is_some() {
        return Ok(Vec::new());
    }
    let folder = workspace.root.join("xtask").join("tools");
    let executables = folder.join("node_modules").join(".bin");
    if executables.join("wasm-opt").is_file() {
        return Ok(vec![executables]);
    }
    let Some(npm) = npm() else {
        println!("wasm-opt and npm are both missing: cargo-leptos will try to download wasm-opt");
        return Ok(Vec::new());
    };
    println!("wasm-opt is missing: npm ci in xtask/tools");
    let mut command = Command::new(npm);
    command
        .current_dir(&folder)
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    process::run("npm ci", &mut command, Duration::from_mins(10))?;
    Ok(vec![executables])
}

/// Returns the name of npm if it is installed; on Windows it is a batch file.
pub(crate) fn npm() -> Option<&'static str> {
    let name = if cfg!(windows) { "npm.cmd" } else { "npm" };
    process::ask(name, &["--version"]).map(|_| name)
}
