//! The documentation as docs.rs builds it: with the features of `[package.metadata.docs.rs]`, and with `--cfg docsrs`,
//! which shows the feature that an item needs.

use std::time::Duration;

use super::{LEPTOS, LEPTOS_FEATURES, PUBLISHED};
use crate::failure::Result;
use crate::process;
use crate::workspace::Workspace;

const LIMIT: Duration = Duration::from_mins(30);

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    // docs.rs uses a nightly compiler; this allows `#![feature(doc_cfg)]` to these crates with a stable one. The same value
    // for all of them, because a change compiles some dependencies again.
    let unstable = PUBLISHED.join(",").replace('-', "_");
    for krate in PUBLISHED {
        let features = if *krate == LEPTOS {
            format!("--features={}", LEPTOS_FEATURES.join(","))
        } else {
            "--all-features".to_owned()
        };
        let mut cargo = workspace.cargo();
        cargo
            .args(["doc", "--no-deps", "--locked", "--package", krate])
            .arg(features)
            .arg("--target-dir")
            .arg(workspace.target.join("docs-rs"))
            .env("RUSTC_BOOTSTRAP", &unstable)
            .env("RUSTDOCFLAGS", "--cfg docsrs -D warnings");
        process::run("cargo doc", &mut cargo, LIMIT)?;
    }
    Ok(())
}
