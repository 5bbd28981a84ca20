//! Licences, sources and bans of all dependencies: by cargo-deny where it is installed, and by ourselves where it is not,
//! because compiling it takes longer than all our tests. Both read `deny.toml`.

use std::collections::BTreeSet;
use std::time::Duration;

use super::deny_file::DenyFile;
use super::licence;
use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

const LIMIT: Duration = Duration::from_mins(10);

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    locked(workspace)?;
    if process::output_of(workspace.cargo().args(["deny", "--version"])).is_some() {
        return with_cargo_deny(workspace);
    }
    println!(
        "cargo-deny is not installed: checking licences, sources and bans of deny.toml without it"
    );
    by_ourselves(workspace)
}

/// Everybody builds the same versions.
fn locked(workspace: &Workspace) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["metadata", "--locked", "--format-version=1"]);
    match process::output_of(&mut cargo) {
        Some(_) => Ok(()),
        None => Err(Failure::Failed(
            "Cargo.lock does not fit the manifests; run `cargo check` and commit it".into(),
        )),
    }
}

fn with_cargo_deny(workspace: &Workspace) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args([
        "deny",
        "--all-features",
        "check",
        "bans",
        "licenses",
        "sources",
    ]);
    process::run("cargo deny", &mut cargo, LIMIT)?;
    // The advisories are a Git repository, which is not reachable from everywhere.
    let reachable = process::ask(
        "curl",
        &[
            "--silent",
            "--head",
            "--connect-timeout",
            "5",
            "--max-time",
            "20",
            "https://github.com/RustSec/advisory-db",
        ],
    );
    if reachable.is_none() {
        println!("The database of advisories cannot be reached: it was not asked.");
        return Ok(());
    }
    let mut cargo = workspace.cargo();
    cargo.args(["deny", "--all-features", "check", "advisories"]);
    process::run("cargo deny", &mut cargo, LIMIT)
}

fn by_ourselves(workspace: &Workspace) -> Result<()> {
    let rules = DenyFile::read(workspace)?;
    let mut cargo = workspace.cargo();
    cargo.args([
        "tree",
        "--locked",
        "--workspace",
        "--all-features",
        "--target=all",
        "--edges=normal,build,dev",
        "--prefix=none",
        "--format={p}|{l}",
    ]);
    let text = process::output_of(&mut cargo)
        .ok_or_else(|| Failure::Failed("`cargo tree` failed".into()))?;
    // A dependency that was printed before is marked.
    let lines: BTreeSet<&str> = text
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .filter(|line| !line.is_empty())
        .collect();
    let mut problems = Vec::new();
    for line in &lines {
        problems.extend(problem_of(line, &rules));
    }
    if problems.is_empty() {
        println!(
            "{} crates: licences, sources and bans are as deny.toml wants them",
            lines.len()
        );
        Ok(())
    } else {
        Err(Failure::Failed(problems.join("\n  ")))
    }
}

/// `line` is `NAME vVERSION[ (SOURCE)]|LICENCES`.
fn problem_of(line: &str, rules: &DenyFile) -> Option<String> {
    let Some((package, licences)) = line.split_once('|') else {
        return Some(format!("cargo tree printed something unexpected: {line}"));
    };
    let name = package.split_whitespace().next().unwrap_or_default();
    if rules.bans.iter().any(|banned| banned == name) {
        Some(format!("{package} is banned"))
    } else if package.contains("://") {
        Some(format!("{package} does not come from crates.io"))
    } else if licence::is_allowed(licences, &rules.licences) {
        None
    } else {
        Some(format!(
            "{package} has the licence {licences:?}, which is not allowed"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_problem_is_found() {
        let rules = DenyFile {
            licences: vec!["MIT".into()],
            bans: vec!["openssl".into()],
        };
        assert_eq!(problem_of("serde v1.0.0|MIT OR Apache-2.0", &rules), None);
        assert_eq!(
            problem_of("serde_derive v1.0.0 (proc-macro)|MIT", &rules),
            None
        );
        assert_eq!(
            problem_of("app v0.1.0 (/home/me/my site/app)|MIT", &rules),
            None
        );
        for bad in [
            "openssl v0.10.0|MIT",
            "serde v1.0.0 (https://example.com/serde#abc)|MIT",
            "gpl v1.0.0|GPL-3.0",
            "nothing v1.0.0|",
            "?",
        ] {
            assert!(problem_of(bad, &rules).is_some(), "{bad}");
        }
    }
}
