//! `cargo xtask dev`: starts the site as soon as possible, then rebuilds it at every change.
//!
//! cargo-leptos does the rebuilding. If no prebuilt one is available, compiling it takes a quarter of an hour; the site
//! does not wait for that (`first_run`).

mod first_run;
mod halves;
mod installing;
mod progress;
mod sources;

use std::path::PathBuf;
use std::time::Duration;

use crate::failure::Result;
use crate::process;
use crate::site::SERVER_FEATURES;
use crate::tools::{Tool, wasm_target};
use crate::workspace::{Workspace, path_with};

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    wasm_target::ensure(workspace)?;
    let bindgen = Tool::wasm_bindgen(workspace)?;
    let leptos = Tool::cargo_leptos();
    let tools = match leptos.ensure_prebuilt(workspace)? {
        Some(folders) => [bindgen.ensure(workspace)?, folders].concat(),
        None => first_run::run(workspace, &leptos, &bindgen)?,
    };
    watch(workspace, &tools)
}

/// Runs until Ctrl-C.
fn watch(workspace: &Workspace, tools: &[PathBuf]) -> Result<()> {
    println!("cargo leptos watch --bin-features {SERVER_FEATURES}");
    let mut cargo = workspace.cargo();
    cargo
        .args(["leptos", "watch", "--bin-features", SERVER_FEATURES])
        .env("PATH", path_with(tools)?);
    process::run("cargo leptos watch", &mut cargo, Duration::MAX)
}
