//! The libraries and programs of the workspace, as `cargo metadata` lists them.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// A library or a program.
#[derive(Debug)]
pub struct Target {
    /// The package's name; for a program beside a library, its own name too.
    pub name: String,
    /// The package's name.
    pub package: String,
    /// The root module's file.
    pub root: PathBuf,
}

/// Lists the libraries and programs of the workspace in the current folder.
///
/// # Errors
/// If `cargo metadata` fails or prints something else than documented.
pub fn targets() -> Result<Vec<Target>, String> {
    let output = Command::new("cargo")
        .args(["metadata", "--no-deps", "--format-version=1"])
        .output()
        .map_err(|e| format!("cannot run `cargo metadata`: {e}"))?;
    if !output.status.success() {
        return Err(format!(
            "`cargo metadata` failed: {}",
            String::from_utf8_lossy(&output.stderr)
        ));
    }
    let metadata: Value =
        serde_json::from_slice(&output.stdout).map_err(|e| format!("`cargo metadata`: {e}"))?;
    let packages = metadata["packages"].as_array();
    let found: Vec<Target> = packages
        .into_iter()
        .flatten()
        .flat_map(of_package)
        .collect();
    if found.is_empty() {
        return Err("`cargo metadata` lists no package".into());
    }
    Ok(found)
}

fn of_package(package: &Value) -> Vec<Target> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let name = text(&package["name"]);
    let is_wanted = |target: &&Value| {
        let kinds = target["kind"].as_array();
        kinds.into_iter().flatten().any(|kind| {
            matches!(
                kind.as_str(),
                Some("lib" | "rlib" | "cdylib" | "proc-macro" | "bin")
            )
        })
    };
    let all: Vec<&Value> = package["targets"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(is_wanted)
        .collect();
    all.iter()
        .map(|target| Target {
            name: if all.len() > 1 && target["kind"][0] == "bin" {
                format!("{name} (program {})", text(&target["name"]))
            } else {
                name.clone()
            },
            package: name.clone(),
            root: PathBuf::from(text(&target["src_path"])),
        })
        .collect()
}
