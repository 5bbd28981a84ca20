//! `examples/mcp-server`: a workspace of its own, because rmcp enables features of dependencies that the other packages share.

use std::process::Command;

use crate::site::{Purpose, Site};
use crate::workspace::Workspace;

/// Returns `cargo` in the folder of the example, which has its own lock file.
pub(crate) fn cargo(workspace: &Workspace) -> Command {
    let mut cargo = Site::new(workspace, Purpose::Test).cargo();
    cargo
        .current_dir(workspace.root.join("examples").join("mcp-server"))
        // As for the dependencies of this workspace.
        .env("CARGO_PROFILE_DEV_DEBUG", "false");
    cargo
}
