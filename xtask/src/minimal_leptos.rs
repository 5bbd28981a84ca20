//! `examples/minimal-leptos`: a workspace of its own, because Cargo would build it with the features of this one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::failure::{Failure, Result};
use crate::process;
use crate::site::{Purpose, Site};
use crate::tools::{Tool, wasm_target};
use crate::workspace::{Workspace, path_with};

const FOLDER: &str = "examples/minimal-leptos";
const NAME: &str = "minimal-leptos";

const BUILD_LIMIT: Duration = Duration::from_mins(40);

/// What `cargo leptos build` creates.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) server: PathBuf,
    pub(crate) site: PathBuf,
}

/// Returns `cargo` in the folder of the example, with the dependencies of this workspace's lock file.
pub(crate) fn cargo(workspace: &Workspace) -> Result<Command> {
    let folder = workspace.root.join(FOLDER);
    copy_lock_file(&workspace.root, &folder)?;
    let mut cargo = Site::new(workspace, Purpose::Test).cargo();
    cargo
        .current_dir(folder)
        .env("LEPTOS_OUTPUT_NAME", NAME)
        // As for the dependencies of this workspace, so that they are compiled once for both.
        .env("CARGO_PROFILE_DEV_DEBUG", "false");
    Ok(cargo)
}

/// Builds both halves with cargo-leptos.
pub(crate) fn build(workspace: &Workspace) -> Result<Built> {
    wasm_target::ensure(workspace)?;
    let mut tools = Tool::wasm_bindgen(workspace)?.ensure(workspace)?;
    tools.extend(Tool::cargo_leptos().ensure(workspace)?);
    let site = workspace.target.join("site-minimal-leptos");
    let mut cargo = cargo(workspace)?;
    cargo
        .args(["leptos", "build"])
        // cargo-leptos adds its own flags.
        .env_remove("RUSTFLAGS")
        .env("PATH", path_with(&tools)?)
        .env("LEPTOS_SITE_ROOT", &site);
    process::run("cargo leptos build of the example", &mut cargo, BUILD_LIMIT)?;
    let built = Built {
        server: workspace.debug_executable(NAME),
        site,
    };
    // cargo-leptos exits with success when it is interrupted.
    for path in [&built.server, &built.site.join("pkg")] {
        if !path.exists() {
            let path = path.display();
            return Err(Failure::Failed(format!("the build did not create {path}")));
        }
    }
    Ok(built)
}

/// Cargo removes the packages that the example does not need from the copy.
fn copy_lock_file(from: &Path, to: &Path) -> Result<()> {
    let (from, to) = (from.join("Cargo.lock"), to.join("Cargo.lock"));
    std::fs::copy(&from, &to).map_err(|e| Failure::io("copy", &from, &e))?;
    Ok(())
}
