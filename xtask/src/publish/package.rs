//! The packages, as `cargo publish` would upload them.

use std::path::Path;
use std::time::Duration;

use super::PUBLISHED;
use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

/// In the folder of every package. Cargo adds all but the first four.
const FILES: &[&str] = &[
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    ".cargo_vcs_info.json",
    "Cargo.lock",
    "Cargo.toml.orig",
];
const SOURCES: &[&str] = &["css", "js", "lua", "rs", "sql"];
const LIMIT: Duration = Duration::from_mins(40);

/// Checks that each package contains its sources, its README and its licenses, and nothing else; and that each can be
/// packaged: versions of dependencies, no circle of dependencies.
pub(super) fn files(workspace: &Workspace) -> Result<()> {
    for krate in PUBLISHED {
        let mut cargo = workspace.cargo();
        cargo.args(["package", "--list", "--offline", "--allow-dirty"]);
        let text = process::output_of(cargo.args(["--package", krate]))
            .ok_or_else(|| Failure::Failed(format!("`cargo package --list -p {krate}` failed")))?;
        let files: Vec<&str> = text.lines().collect();
        check_files(&files).map_err(|problem| Failure::Failed(format!("{krate}: {problem}")))?;
        println!("{krate}: {} files", files.len());
    }
    let mut cargo = workspace.cargo();
    cargo
        .args(["package", "--no-verify", "--offline", "--allow-dirty"])
        .args(["--locked", "--quiet"])
        .args(PUBLISHED.iter().map(|krate| format!("--package={krate}")));
    process::run("cargo package", &mut cargo, LIMIT)
}

fn check_files(files: &[&str]) -> std::result::Result<(), String> {
    if let Some(missing) = FILES[..4]
        .iter()
        .chain(&["src/lib.rs"])
        .find(|file| !files.contains(*file))
    {
        return Err(format!("the package lacks {missing}"));
    }
    let is_source = |file: &str| {
        file.starts_with("src")
            && Path::new(file)
                .extension()
                .is_some_and(|ending| SOURCES.iter().any(|known| ending == *known))
    };
    match files
        .iter()
        .find(|file| !FILES.contains(*file) && !is_source(file))
    {
        Some(stray) => Err(format!("{stray} does not belong into the package")),
        None => Ok(()),
    }
}

/// Everything that `cargo publish` does, except the upload: each package is compiled from what it contains.
pub(super) fn dry_run(workspace: &Workspace) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args([
        "publish",
        "--workspace",
        "--dry-run",
        "--locked",
        "--allow-dirty",
    ]);
    process::run("cargo publish", &mut cargo, LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_has_its_sources_and_nothing_else() {
        let mut files = vec!["src/lib.rs", "src/schema.sql"];
        assert!(
            check_files(&files).is_err(),
            "README and licenses are missing"
        );
        files.extend(FILES);
        assert_eq!(check_files(&files), Ok(()));
        for stray in ["tests/it.rs", "src/notes.md", "src/.env", ".env.local"] {
            files.push(stray);
            let problem = check_files(&files).expect_err(stray);
            assert!(problem.contains(stray), "{problem}");
            files.pop();
        }
    }
}
