//! The manifests of the published crates: what crates.io shows, what docs.rs builds, and the minimum supported Rust
//! version.

use std::path::Path;

use super::{LEPTOS, LEPTOS_FEATURES, PUBLISHED};
use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

/// The limits of crates.io.
const MAX_KEYWORDS: usize = 5;
const MAX_KEYWORD_LENGTH: usize = 20;

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let mut problems = Vec::new();
    let rust_version = rust_version(workspace, &mut problems)?;
    for krate in PUBLISHED {
        let folder = workspace.root.join("crates").join(krate);
        let manifest = read(&folder.join("Cargo.toml"))?;
        problems.extend(manifest_problems(krate, &manifest));
        let readme = read(&folder.join("README.md"))?;
        if !readme.contains(&format!("Rust {rust_version}.")) {
            problems.push(format!(
                "the README of {krate} does not say `Rust {rust_version}.`"
            ));
        }
        let library = read(&folder.join("src").join("lib.rs"))?;
        if !library.starts_with("#![doc = include_str!(\"../README.md\")]") {
            problems.push(format!(
                "the documentation of {krate} does not begin with its README"
            ));
        }
        for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
            // A link to the file in the root. Git on Windows may write a text file in its place.
            if read(&folder.join(license))? != read(&workspace.root.join(license))? {
                problems.push(format!("{license} of {krate} differs from the root's"));
            }
        }
    }
    problems.extend(also_published(workspace)?);
    if problems.is_empty() {
        println!(
            "{} crates, minimum supported Rust version {rust_version}",
            PUBLISHED.len()
        );
        Ok(())
    } else {
        Err(Failure::Failed(problems.join("; ")))
    }
}

/// Returns the stated minimum version of Rust. It is tested if it is the version of the toolchain that runs all checks.
fn rust_version(workspace: &Workspace, problems: &mut Vec<String>) -> Result<String> {
    let stated = value(&read(&workspace.root.join("Cargo.toml"))?, "rust-version")
        .ok_or_else(|| Failure::Failed("Cargo.toml states no rust-version".into()))?;
    let pinned = value(
        &read(&workspace.root.join("rust-toolchain.toml"))?,
        "channel",
    )
    .unwrap_or_default();
    if !is_release_of(&pinned, &stated) {
        problems.push(format!(
            "Cargo.toml states Rust {stated}, but rust-toolchain.toml tests {pinned}"
        ));
    }
    let mut rustc = std::process::Command::new("rustc");
    rustc.current_dir(&workspace.root).arg("--version");
    let running = process::output_of(&mut rustc).unwrap_or_default();
    if !running
        .split_whitespace()
        .any(|word| is_release_of(word, &stated))
    {
        problems.push(format!(
            "the stated Rust {stated} is not tested: `rustc --version` is `{running}`"
        ));
    }
    Ok(stated)
}

/// Returns whether `version`, `1.95.0` for example, is a release of `stated`, `1.95` for example.
fn is_release_of(version: &str, stated: &str) -> bool {
    version
        .strip_prefix(stated)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn manifest_problems(krate: &str, manifest: &str) -> Vec<String> {
    let docs_rs = if krate == LEPTOS {
        format!("features = {LEPTOS_FEATURES:?}")
    } else {
        "all-features = true".to_owned()
    };
    let lines = [
        "publish = true",
        "version.workspace = true",
        "rust-version.workspace = true",
        "license.workspace = true",
        "readme = \"README.md\"",
        "include = [\"/src\", \"/README.md\", \"/LICENSE-APACHE\", \"/LICENSE-MIT\"]",
        "[package.metadata.docs.rs]",
        &docs_rs,
        "rustdoc-args = [\"--cfg\", \"docsrs\"]",
    ];
    let mut problems: Vec<String> = lines
        .into_iter()
        .filter(|line| !manifest.lines().any(|l| l == *line))
        .map(|line| format!("the manifest of {krate} has no line `{line}`"))
        .collect();
    for key in ["description", "documentation", "categories"] {
        if strings(manifest, key).is_empty() {
            problems.push(format!("the manifest of {krate} has no {key}"));
        }
    }
    let keywords = strings(manifest, "keywords");
    if keywords.is_empty()
        || keywords.len() > MAX_KEYWORDS
        || keywords.iter().any(|k| k.len() > MAX_KEYWORD_LENGTH)
    {
        problems.push(format!(
            "{krate} needs 1 to {MAX_KEYWORDS} keywords of at most {MAX_KEYWORD_LENGTH} characters"
        ));
    }
    problems
}

/// Returns a problem for each manifest that allows publishing and is not in [`PUBLISHED`].
fn also_published(workspace: &Workspace) -> Result<Vec<String>> {
    let mut git = std::process::Command::new("git");
    git.current_dir(&workspace.root)
        .args(["ls-files", "--", "*Cargo.toml"]);
    let files = process::output_of(&mut git)
        .ok_or_else(|| Failure::Failed("`git ls-files` failed".into()))?;
    let mut problems = Vec::new();
    for file in files.lines().filter(|file| *file != "Cargo.toml") {
        let known = PUBLISHED
            .iter()
            .any(|krate| file == format!("crates/{krate}/Cargo.toml"));
        let path = workspace.root.join(file);
        // A deleted file is listed until the deletion is staged.
        if !known && path.is_file() && !is_private(&read(&path)?) {
            problems.push(format!("{file} has to say `publish = false`"));
        }
    }
    Ok(problems)
}

fn is_private(manifest: &str) -> bool {
    manifest
        .lines()
        .any(|line| matches!(line, "publish = false" | "publish.workspace = true"))
}

/// Returns the value of `key = "…"`.
fn value(manifest: &str, key: &str) -> Option<String> {
    strings(manifest, key).into_iter().next()
}

/// Returns the strings on the line of `key`.
fn strings(manifest: &str, key: &str) -> Vec<String> {
    manifest
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "))
        .map(|text| text.split('"').skip(1).step_by(2).map(str::to_owned))
        .into_iter()
        .flatten()
        .filter(|text| !text.is_empty())
        .collect()
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| Failure::io("read", path, &e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_of_a_line_are_read() {
        let manifest = "name = \"a\"\nkeywords = [\"x\", \"y\"]\ndescription = \"\"\n";
        assert_eq!(strings(manifest, "keywords"), ["x", "y"]);
        assert_eq!(value(manifest, "name").as_deref(), Some("a"));
        assert_eq!(value(manifest, "description"), None);
    }

    #[test]
    fn a_patch_release_is_a_release_and_another_minor_version_is_not() {
        assert!(is_release_of("1.95.0", "1.95") && is_release_of("1.95", "1.95"));
        assert!(!is_release_of("1.950.0", "1.95") && !is_release_of("1.96.0", "1.95"));
    }

    #[test]
    fn an_empty_manifest_lacks_everything() {
        let problems = manifest_problems("axum-auth0", "");
        for missing in ["publish = true", "description", "keywords", "all-features"] {
            assert!(
                problems.iter().any(|p| p.contains(missing)),
                "{missing}: {problems:?}"
            );
        }
    }

    #[test]
    fn a_crate_is_private_only_if_it_says_so() {
        assert!(is_private("[package]\npublish.workspace = true\n"));
        assert!(!is_private("[package]\nname = \"a\"\n"));
    }
}
