//! Formatting, lints and documentation of both halves.

use std::process::Command;
use std::time::Duration;

use crate::failure::Result;
use crate::mcp_server;
use crate::minimal_leptos;
use crate::process;
use crate::site::{Purpose, Site};
use crate::test::SERVER_HALF;
use crate::tools::wasm_target;
use crate::workspace::Workspace;

const LIMIT: Duration = Duration::from_mins(30);

pub(super) fn formatting(workspace: &Workspace) -> Result<()> {
    for mut cargo in [
        workspace.cargo(),
        minimal_leptos::cargo(workspace)?,
        mcp_server::cargo(workspace),
        wasm_bindgen(workspace),
    ] {
        process::run("cargo fmt", cargo.args(["fmt", "--all", "--check"]), LIMIT)?;
    }
    Ok(())
}

pub(super) fn server_half(workspace: &Workspace) -> Result<()> {
    let mut cargo = cargo(workspace);
    cargo.arg("clippy").args(SERVER_HALF).arg("--all-targets");
    clippy(&mut cargo)
}

/// Each published library compiles alone and without its features, without warnings.
pub(super) fn single_features(workspace: &Workspace) -> Result<()> {
    for package in [
        "axum-auth0-core",
        "axum-auth0-bearer",
        "axum-auth0-stores",
        "axum-auth0",
        "axum-auth0-doctor",
    ] {
        let mut cargo = cargo(workspace);
        cargo.args(["clippy", "--no-default-features", "--package", package]);
        clippy(&mut cargo)?;
    }
    Ok(())
}

pub(super) fn browser_half(workspace: &Workspace) -> Result<()> {
    wasm_target::ensure(workspace)?;
    let mut cargo = cargo(workspace);
    cargo
        .args([
            "clippy",
            "--package=frontend",
            "--package=app",
            "--package=leptos-auth0",
            "--package=own-error-leptos",
        ])
        .arg("--features=app/hydrate,leptos-auth0/hydrate,own-error-leptos/hydrate")
        .arg(format!("--target={}", wasm_target::TARGET))
        .arg("--target-dir")
        .arg(workspace.target.join("front"));
    clippy(&mut cargo)
}

/// The tools that are no members of the workspace.
pub(super) fn tools(workspace: &Workspace) -> Result<()> {
    let mut cargo = wasm_bindgen(workspace);
    cargo
        .args(["clippy", "--locked", "--all-targets", "--target-dir"])
        .arg(workspace.target.join("xtask").join("wasm-bindgen"));
    clippy(&mut cargo)
}

/// Both halves of the example that is no member of the workspace.
pub(super) fn minimal_leptos(workspace: &Workspace) -> Result<()> {
    let mut server = minimal_leptos::cargo(workspace)?;
    server.args(["clippy", "--features=ssr", "--all-targets"]);
    clippy(&mut server)?;
    let mut browser = minimal_leptos::cargo(workspace)?;
    browser
        .args(["clippy", "--features=hydrate", "--lib"])
        .arg(format!("--target={}", wasm_target::TARGET))
        .arg("--target-dir")
        .arg(workspace.target.join("front"));
    clippy(&mut browser)
}

/// The example for MCP clients, which is no member of the workspace.
pub(super) fn mcp_server(workspace: &Workspace) -> Result<()> {
    let mut cargo = mcp_server::cargo(workspace);
    cargo.args(["clippy", "--locked", "--all-targets"]);
    clippy(&mut cargo)
}

pub(super) fn documentation(workspace: &Workspace) -> Result<()> {
    let mut cargo = cargo(workspace);
    cargo
        .arg("doc")
        .args(SERVER_HALF)
        .args(["--exclude=xtask", "--no-deps"])
        .env("RUSTDOCFLAGS", "-D warnings");
    process::run("cargo doc", &mut cargo, LIMIT)
}

fn wasm_bindgen(workspace: &Workspace) -> Command {
    let mut cargo = workspace.cargo();
    cargo.current_dir(workspace.root.join("xtask").join("wasm-bindgen"));
    cargo
}

fn clippy(cargo: &mut Command) -> Result<()> {
    process::run("cargo clippy", cargo.args(["--", "-D", "warnings"]), LIMIT)
}

/// With the flags of the debug site: build scripts and macros are compiled once for all.
fn cargo(workspace: &Workspace) -> Command {
    Site::new(workspace, Purpose::Test).cargo()
}
