//! Each feature of each published crate compiles alone, by cargo-hack; those of the Leptos crate in all combinations.

use std::process::Command;
use std::time::Duration;

use super::{LEPTOS, PUBLISHED};
use crate::failure::Result;
use crate::process;
use crate::site::{Purpose, Site};
use crate::tools::{Tool, wasm_target};
use crate::workspace::{Workspace, path_with};

const LIMIT: Duration = Duration::from_mins(30);

/// `rust-toolchain.toml` selects the minimum supported version of Rust.
pub(super) fn check(workspace: &Workspace) -> Result<()> {
    wasm_target::ensure(workspace)?;
    let path = path_with(&Tool::cargo_hack().ensure(workspace)?)?;
    let hack = |selection: &str| -> Command {
        let mut cargo = Site::new(workspace, Purpose::Test).cargo();
        cargo
            .args(["hack", "check", "--locked", selection])
            .env("PATH", &path);
        cargo
    };

    let engine = PUBLISHED.iter().filter(|krate| **krate != LEPTOS);
    let mut on_the_host = hack("--each-feature");
    on_the_host.args(engine.map(|krate| format!("--package={krate}")));
    process::run("cargo hack", &mut on_the_host, LIMIT)?;

    // All combinations, except that the halves exclude each other.
    let mut server_half = hack("--feature-powerset");
    server_half.arg(format!("--package={LEPTOS}")).args([
        "--exclude-features=default,hydrate",
        "--exclude-all-features",
    ]);
    process::run("cargo hack", &mut server_half, LIMIT)?;
    let mut browser_half = hack("--feature-powerset");
    browser_half
        .arg(format!("--package={LEPTOS}"))
        .args(["--exclude-features=default,ssr", "--exclude-all-features"])
        .arg(format!("--target={}", wasm_target::TARGET))
        .arg("--target-dir")
        .arg(workspace.target.join("front"));
    process::run("cargo hack", &mut browser_half, LIMIT)
}
