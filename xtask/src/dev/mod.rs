//! `cargo xtask dev`: the site, as soon as possible, and then rebuilt at every change.
//!
//! cargo-leptos does the rebuilding. Where no published executable of it is to be had, compiling it takes a quarter of an
//! hour; the site does not wait for that (`first_run`).

mod first_run;
mod installing;
mod sources;

use std::path::PathBuf;
use std::time::Duration;

use crate::failure::Result;
use crate::process;
use crate::tools::{cargo_leptos, wasm_bindgen, wasm_target};
use crate::workspace::{Workspace, path_with};

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    wasm_target::ensure(workspace)?;
    let bindgen = wasm_bindgen::tool(workspace)?.ensure(workspace)?;
    let leptos = cargo_leptos::tool(&workspace.host);
    let folders = match leptos.ensure_without_compiling(workspace)? {
        Some(folders) => folders,
        None => first_run::run(workspace, &leptos, &bindgen)?,
    };
    watch(workspace, &[bindgen, folders].concat())
}

/// Until Ctrl-C.
fn watch(workspace: &Workspace, tools: &[PathBuf]) -> Result<()> {
    println!("cargo leptos watch");
    let mut cargo = workspace.cargo();
    cargo
        .args(["leptos", "watch"])
        .env("PATH", path_with(tools)?);
    process::run("cargo leptos watch", &mut cargo, Duration::MAX)
}
