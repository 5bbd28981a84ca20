//! Changes of the public API against a release, by cargo-semver-checks: a breaking change needs a new version.

use std::process::Command;
use std::time::Duration;

use super::{LEPTOS, LEPTOS_FEATURES, PUBLISHED};
use crate::failure::{Failure, Result};
use crate::process;
use crate::report::Report;
use crate::tools::Tool;
use crate::workspace::{Workspace, path_with};

const STEP: &str = "published crates: public API, semantic versioning";
const LIMIT: Duration = Duration::from_hours(1);

/// The revision whose public API is compared.
#[derive(Debug)]
pub(crate) struct Baseline(Option<String>);

impl Baseline {
    /// Returns `revision`, by default the latest release; none if there is no release.
    ///
    /// # Errors
    /// `revision` does not exist.
    pub(crate) fn find(workspace: &Workspace, revision: Option<&str>) -> Result<Self> {
        let Some(revision) = revision else {
            let describe = ["describe", "--tags", "--abbrev=0", "--match=v[0-9]*"];
            return Ok(Self(git(workspace, &describe)));
        };
        let commit = format!("{revision}^{{commit}}");
        match git(
            workspace,
            &["rev-parse", "--verify", "--end-of-options", &commit],
        ) {
            Some(_) => Ok(Self(Some(revision.to_owned()))),
            None => Err(Failure::Failed(format!(
                "`{revision}` of `--baseline` is no revision of this clone; `git log` lists them"
            ))),
        }
    }
}

pub(super) fn check(
    workspace: &Workspace,
    Baseline(baseline): &Baseline,
    report: &mut Report,
) -> Result<()> {
    let Some(baseline) = baseline else {
        report.skip(
            STEP,
            "no tag `v*` marks a release to compare with; `--baseline REVISION` names a revision"
                .to_owned(),
        );
        return Ok(());
    };
    report.step(STEP, |_| compare(workspace, baseline))?;
    Ok(())
}

fn compare(workspace: &Workspace, baseline: &str) -> Result<()> {
    let path = path_with(&Tool::cargo_semver_checks().ensure(workspace)?)?;
    let run = |packages: &[&str], features: &[&str]| {
        println!(
            "cargo semver-checks --baseline-rev {baseline}: {}",
            packages.join(", ")
        );
        let mut cargo = workspace.cargo();
        cargo
            .args(["semver-checks", "--baseline-rev", baseline])
            .args(packages.iter().map(|krate| format!("--package={krate}")))
            .args(features)
            .env("PATH", &path);
        process::run("cargo semver-checks", &mut cargo, LIMIT)
    };
    let engine: Vec<&str> = PUBLISHED.iter().copied().filter(|k| *k != LEPTOS).collect();
    let of_the_engine = run(&engine, &["--all-features"]);
    let current = format!("--current-features={}", LEPTOS_FEATURES.join(","));
    // A new feature is unknown to the baseline.
    let file = format!("{baseline}:crates/{LEPTOS}/Cargo.toml");
    let manifest = git(workspace, &["show", &file]).unwrap_or_default();
    let known = |feature: &&&str| {
        let mut lines = manifest.lines();
        lines.any(|line| line.starts_with(&format!("{feature} = [")))
    };
    let before: Vec<&str> = LEPTOS_FEATURES.iter().filter(known).copied().collect();
    let before = format!("--baseline-features={}", before.join(","));
    let of_leptos = run(&[LEPTOS], &["--default-features", &current, &before]);
    of_the_engine.and(of_leptos)
}

fn git(workspace: &Workspace, arguments: &[&str]) -> Option<String> {
    let mut git = Command::new("git");
    git.current_dir(&workspace.root).args(arguments);
    process::output_of(&mut git)
}
