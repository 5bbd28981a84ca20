//! Licences, bans, sources and advisories of all dependencies, by cargo-deny and `deny.toml`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::failure::{Failure, Result};
use crate::process;
use crate::tools::Tool;
use crate::workspace::{Workspace, path_with};

const LIMIT: Duration = Duration::from_mins(10);

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let tools = Tool::cargo_deny().ensure(workspace)?;
    let path = path_with(&tools)?;
    let wasm_bindgen = workspace.root.join("xtask").join("wasm-bindgen");
    let deny = |folder: &Path| {
        let mut cargo = workspace.cargo();
        cargo
            .current_dir(folder)
            .args(["deny", "--locked", "--all-features", "--config"])
            .arg(workspace.root.join("deny.toml"))
            .env("PATH", &path);
        cargo
    };
    let run = |cargo: &mut Command| process::run("cargo deny", cargo, LIMIT);
    // The advisories are a Git repository, which cannot be reached from every machine.
    let has_advisories = match run(deny(&workspace.root).args(["fetch", "db"])) {
        Ok(()) => true,
        Err(Failure::Failed(_)) => {
            println!("The advisory database is unreachable: advisories are not checked.");
            false
        }
        Err(interrupted) => return Err(interrupted),
    };
    let mcp_server = workspace.root.join("examples").join("mcp-server");
    for folder in [&workspace.root, &wasm_bindgen, &mcp_server] {
        let mut check = deny(folder);
        check.args(["check", "bans", "licenses", "sources"]);
        if has_advisories {
            check.arg("advisories");
        }
        if *folder != workspace.root {
            // What the lists allow is there for the workspace.
            for unused in [
                "license-not-encountered",
                "advisory-not-detected",
                "unused-wrapper",
            ] {
                check.args(["--allow", unused]);
            }
        }
        run(&mut check)?;
    }
    Ok(())
}
