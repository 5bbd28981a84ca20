//! The release build, run as in production, and the size of what a browser loads from it.

use super::{browser, foreign};
use crate::build::Release;
use crate::counts::Counts;
use crate::failure::Result;
use crate::workspace::Workspace;

/// Logs in at the foreign provider and compares what Home and Products load with `end2end/release/budget.json`.
pub(crate) fn check_bundle_size(
    workspace: &Workspace,
    release: &Release,
    counts: &mut Counts,
) -> Result<()> {
    foreign::build_api(workspace)?;
    let state = browser::fresh_folder(workspace, "release")?;
    let mut npm = browser::npm(workspace, "test:release")?;
    foreign::describe_site(&mut npm, workspace, &release.server, &release.site, &state);
    npm.env("LEPTOS_HASH_FILES", "true");
    browser::playwright(&mut npm, &state, counts)
}
