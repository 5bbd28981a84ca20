//! leptos-auth0 with the release candidate of the next Leptos: a copy of the crates, with other versions in its manifest.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::{LEPTOS, LEPTOS_FEATURES};
use crate::failure::{Failure, Result};
use crate::process;
use crate::site::copy_folder;
use crate::tools::wasm_target;
use crate::workspace::{Workspace, create_folder, remove_folder};

/// Any pre-release of this version, and the release.
const VERSION: &str = "0.9.0-alpha";
/// The packages of Leptos in `[workspace.dependencies]`.
const PACKAGES: &[&str] = &[
    "leptos",
    "leptos_axum",
    "leptos_meta",
    "leptos_router",
    "server_fn",
];
const LIMIT: Duration = Duration::from_mins(30);

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    wasm_target::ensure(workspace)?;
    let folder = workspace.target.join("next-leptos");
    copy_crates(workspace, &folder)?;
    let cargo = |arguments: &[&str]| {
        let mut cargo = workspace.cargo();
        cargo
            .current_dir(&folder)
            .args(arguments)
            .env("CARGO_TARGET_DIR", folder.join("target"));
        cargo
    };
    process::run(
        "cargo update",
        &mut cargo(&["update", "--workspace"]),
        LIMIT,
    )
    .map_err(|failure| match failure {
        Failure::Failed(_) => Failure::Failed(format!(
            "crates.io has no Leptos {VERSION} or later that fits; see the message of Cargo above"
        )),
        interrupted => interrupted,
    })?;
    let package = format!("--package={LEPTOS}");
    let server_half = format!("--features={}", LEPTOS_FEATURES.join(","));
    let mut tree = cargo(&["tree", &package, &server_half, "--depth=1", "--prefix=none"]);
    let tree = process::output_of(&mut tree).unwrap_or_default();
    let is_leptos = |line: &&str| PACKAGES.contains(&line.split(' ').next().unwrap_or_default());
    let versions: Vec<&str> = tree.lines().filter(is_leptos).collect();
    let versions = versions.join(", ");
    println!("{versions}");
    compile(
        &format!("the server half with {versions}"),
        &mut cargo(&["check", &package, &server_half]),
    )?;
    compile(
        &format!("the browser half with {versions}"),
        cargo(&["check", &package, "--features=hydrate,islands"])
            .arg(format!("--target={}", wasm_target::TARGET)),
    )
}

/// Runs `cargo check`. The reason of a failure is the first error of the compiler.
fn compile(what: &str, cargo: &mut Command) -> Result<()> {
    let mut errors = Vec::new();
    let check = cargo.arg("--message-format=short");
    let outcome = process::run_reading_errors(what, check, LIMIT, |line| {
        println!("{line}");
        if line.contains(": error") {
            errors.push(line.to_owned());
        }
    });
    match (outcome, errors.first()) {
        (Err(Failure::Failed(_)), Some(first)) => Err(Failure::Failed(format!(
            "{what} does not compile, {} errors; the first one: {first}",
            errors.len()
        ))),
        (outcome, _) => outcome,
    }
}

/// Copies the crates and what they inherit. The lock file keeps the versions of everything else.
fn copy_crates(workspace: &Workspace, folder: &Path) -> Result<()> {
    create_folder(folder)?;
    remove_folder(&folder.join("crates"))?;
    copy_folder(&workspace.root.join("crates"), &folder.join("crates"))?;
    let read = |name: &str| {
        let path = workspace.root.join(name);
        std::fs::read_to_string(&path).map_err(|e| Failure::io("read", &path, &e))
    };
    let manifest = with_next_leptos(&read("Cargo.toml")?)
        .ok_or_else(|| Failure::Failed("Cargo.toml has no list of members".into()))?;
    for (name, text) in [
        ("Cargo.toml", manifest),
        ("Cargo.lock", read("Cargo.lock")?),
        ("rust-toolchain.toml", read("rust-toolchain.toml")?),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|e| Failure::io("write", &path, &e))?;
    }
    Ok(())
}

/// Returns the workspace's manifest with the crates as its only members, and with the next Leptos.
fn with_next_leptos(manifest: &str) -> Option<String> {
    let (before, rest) = manifest.split_once("members = [")?;
    let (_, after) = rest.split_once(']')?;
    let lines = after.lines().map(|line| {
        let (name, version) = line.split_once(" = ")?;
        if !PACKAGES.contains(&name) {
            return None;
        }
        // `"0.8.1"` or `{ version = "0.8.1", … }`.
        let mut parts: Vec<&str> = version.splitn(3, '"').collect();
        *parts.get_mut(1)? = VERSION;
        Some(format!("{name} = {}", parts.join("\"")))
    });
    let dependencies: Vec<String> = lines
        .zip(after.lines())
        .filter(|(_, line)| !line.starts_with("default-members"))
        .map(|(changed, line)| changed.unwrap_or_else(|| line.to_owned()))
        .collect();
    Some(format!(
        "{before}members = [\"crates/*\"]{}\n",
        dependencies.join("\n")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_has_the_crates_alone_and_the_next_leptos() {
        let manifest = "[workspace]\nmembers = [\n  \"app\",\n]\ndefault-members = [\"app\"]\n\n[workspace.dependencies]\n\
                        leptos = { version = \"0.8.1\", features = [\"x\"] }\nleptos_axum = \"0.8.1\"\nserde = \"1\"\n";
        let expected = "[workspace]\nmembers = [\"crates/*\"]\n\n[workspace.dependencies]\n\
                        leptos = { version = \"0.9.0-alpha\", features = [\"x\"] }\nleptos_axum = \"0.9.0-alpha\"\nserde = \"1\"\n";
        assert_eq!(with_next_leptos(manifest).as_deref(), Some(expected));
    }

    #[test]
    fn the_manifest_of_this_workspace_is_understood() {
        let manifest = with_next_leptos(include_str!("../../../Cargo.toml")).expect("members");
        for package in PACKAGES {
            let next = manifest
                .lines()
                .find(|line| line.starts_with(&format!("{package} = ")))
                .expect(package);
            assert!(next.contains(VERSION), "{next}");
        }
    }
}
