//! cargo-nextest runs tests in parallel processes. Where it is missing, `cargo test` does, somewhat slower.

use crate::process;
use crate::workspace::Workspace;

pub(crate) fn is_installed(workspace: &Workspace) -> bool {
    process::output_of(workspace.cargo().args(["nextest", "--version"])).is_some()
}
