//! The crates that are published, and the checks of what crates.io, docs.rs and their users get.

mod api;
mod documentation;
mod features;
mod manifest;
mod next_leptos;
mod package;

pub(crate) use api::Baseline;

use crate::failure::Result;
use crate::report::Report;
use crate::workspace::Workspace;

/// In the order of their dependencies.
const PUBLISHED: &[&str] = &[
    "axum-auth0-core",
    "axum-auth0-bearer",
    "axum-auth0-stores",
    "axum-auth0",
    "axum-auth0-doctor",
    LEPTOS,
];

/// The crate with a browser half.
const LEPTOS: &str = "leptos-auth0";

/// The features of [`LEPTOS`] that docs.rs shows, and whose public API is compared: all but `hydrate`, because the halves
/// exclude each other.
const LEPTOS_FEATURES: &[&str] = &["islands", "ssr", "testing"];

/// The checks that compile nothing.
pub(crate) fn check(workspace: &Workspace, report: &mut Report) -> Result<()> {
    report.step("published crates: manifests, licenses, MSRV", |_| {
        manifest::check(workspace)
    })?;
    report.step("published crates: files", |_| package::files(workspace))?;
    Ok(())
}

/// The checks that compile.
pub(crate) fn check_fully(
    workspace: &Workspace,
    baseline: &Baseline,
    report: &mut Report,
) -> Result<()> {
    report.step(
        "published crates: each feature alone, with the minimum supported Rust",
        |_| features::check(workspace),
    )?;
    report.step("published crates: documentation as on docs.rs", |_| {
        documentation::check(workspace)
    })?;
    api::check(workspace, baseline, report)?;
    report.step("published crates: cargo publish --dry-run", |_| {
        package::dry_run(workspace)
    })?;
    report.step_that_may_fail("leptos-auth0 with the next Leptos", |_| {
        next_leptos::check(workspace)
    })?;
    Ok(())
}
