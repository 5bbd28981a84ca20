//! Changes of the public API against a release, by cargo-semver-checks: a breaking change needs a new version.

use std::process::Command;
use std::time::Duration;

use super::PUBLISHED;
use crate::failure::Result;
use crate::process;
use crate::tools::Tool;
use crate::workspace::{Workspace, path_with};

const LIMIT: Duration = Duration::from_hours(1);

pub(super) fn check(workspace: &Workspace, baseline: Option<&str>) -> Result<()> {
    let tools = Tool::cargo_semver_checks().ensure(workspace)?;
    let baseline = match baseline {
        Some(revision) => revision.to_owned(),
        None => latest_release(workspace).unwrap_or_else(|| {
            println!(
                "No tag `v*` marks a release: HEAD is the baseline, so only uncommitted changes are compared. \
                 `cargo xtask ci --full --baseline REVISION` names another one."
            );
            "HEAD".to_owned()
        }),
    };
    println!("cargo semver-checks --baseline-rev {baseline}");
    let mut cargo = workspace.cargo();
    cargo
        .args(["semver-checks", "--baseline-rev", &baseline])
        .args(PUBLISHED.iter().map(|krate| format!("--package={krate}")))
        .env("PATH", path_with(&tools)?);
    process::run("cargo semver-checks", &mut cargo, LIMIT)
}

/// Returns the latest tag of a release before this revision.
fn latest_release(workspace: &Workspace) -> Option<String> {
    let mut git = Command::new("git");
    git.current_dir(&workspace.root)
        .args(["describe", "--tags", "--abbrev=0", "--match=v[0-9]*"]);
    process::output_of(&mut git)
}
