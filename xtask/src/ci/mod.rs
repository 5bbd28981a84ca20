//! `cargo xtask ci`: all checks and tests, fast ones first.

mod dependencies;
mod lints;

use crate::build;
use crate::failure::{Failure, Result};
use crate::publish;
use crate::report::Report;
use crate::structure;
use crate::test::{self, Part};
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, report: &mut Report) -> Result<()> {
    report.step("formatting", |_| lints::formatting(workspace))?;
    structure::run(workspace, report)?;
    publish::check(workspace, report)?;
    report.step("cargo-deny: licences, bans, sources, advisories", |_| {
        dependencies::check(workspace)
    })?;
    report.step("clippy, server half", |_| lints::server_half(workspace))?;
    report.step("clippy, the libraries without features", |_| {
        lints::single_features(workspace)
    })?;
    report.step("clippy, browser half", |_| lints::browser_half(workspace))?;
    report.step("clippy, xtask/wasm-bindgen", |_| lints::tools(workspace))?;
    report.step("clippy, examples/minimal-leptos", |_| {
        lints::minimal_leptos(workspace)
    })?;
    report.step("clippy, examples/mcp-server", |_| {
        lints::mcp_server(workspace)
    })?;
    report.step("documentation", |_| lints::documentation(workspace))?;
    test::run(workspace, &Part::parse_all(&[])?, report)?;

    let mut release = None;
    report.step("release build", |_| {
        release = Some(build::release(workspace, None)?);
        Ok(())
    })?;
    report.step(
        "release: any provider, hashed files, bundle size",
        |counts| match &release {
            Some(release) => test::check_bundle_size(workspace, release, counts),
            None => Err(Failure::Failed("there is no release build".into())),
        },
    )?;
    Ok(())
}
