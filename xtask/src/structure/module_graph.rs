//! Prints the module graph of each crate and fails on a cycle; the package `module-graph` does the work.

use std::time::Duration;

use crate::failure::Result;
use crate::process;
use crate::site::{Purpose, Site};
use crate::workspace::Workspace;

const LIMIT: Duration = Duration::from_mins(10);

/// Checks all packages of the workspace if `packages` is empty.
pub(crate) fn check(workspace: &Workspace, packages: &[&str]) -> Result<()> {
    // With the flags of the debug site, so that it is compiled once for this and for its tests.
    let mut cargo = Site::new(workspace, Purpose::Test).cargo();
    cargo
        .args(["run", "--quiet", "--package=module-graph", "--"])
        .args(packages);
    process::run("the check for cycles of modules", &mut cargo, LIMIT)
}
