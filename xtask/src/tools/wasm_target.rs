//! The standard library for the browser half.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Installs it with rustup if it is missing.
pub(crate) fn ensure(workspace: &Workspace) -> Result<()> {
    let mut rustc = Command::new("rustc");
    rustc
        .current_dir(&workspace.root)
        .args(["--print", "target-libdir", "--target", TARGET]);
    if process::output_of(&mut rustc).is_some_and(|folder| Path::new(&folder).is_dir()) {
        return Ok(());
    }
    println!("The standard library for {TARGET} is missing: rustup target add {TARGET}");
    let mut rustup = Command::new("rustup");
    rustup
        .current_dir(&workspace.root)
        .args(["target", "add", TARGET]);
    process::run("rustup", &mut rustup, Duration::from_mins(10)).map_err(|failure| match failure {
        Failure::Failed(why) => Failure::Failed(format!(
            "{why}; without rustup, install the {TARGET} standard library with the package manager that installed Rust"
        )),
        other => other,
    })
}
