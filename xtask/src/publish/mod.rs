//! The crates that are published, and the checks of what crates.io, docs.rs and their users get.

mod api;
mod documentation;
mod features;
mod manifest;
mod next_leptos;
mod package;

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

/// The checks that compile nothing.
pub(crate) fn check(workspace: &Workspace, report: &mut Report) -> Result<()> {
    report.step("published crates: manifests, licenses, MSRV", |_| {
        manifest::check(workspace)
    })?;
    report.step("published crates: files", |_| package::files(workspace))?;
    Ok(())
}

/// The checks that compile. `baseline` is the revision whose public API is compared, the latest release if `None`.
pub(crate) fn check_fully(
    workspace: &Workspace,
    baseline: Option<&str>,
    report: &mut Report,
) -> Result<()> {
    report.step(
        "published crates: each feature alone, with the minimum supported Rust",
        |_| features::check(workspace),
    )?;
    report.step("published crates: documentation as on docs.rs", |_| {
        documentation::check(workspace)
    })?;
    report.step("published crates: public API, semantic versioning", |_| {
        api::check(workspace, baseline)
    })?;
    report.step("published crates: cargo publish --dry-run", |_| {
        package::dry_run(workspace)
    })?;
    report.step_that_may_fail("leptos-auth0 with the next Leptos", |_| {
        next_leptos::check(workspace)
    })?;
    Ok(())
}
