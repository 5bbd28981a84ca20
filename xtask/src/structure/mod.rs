//! `cargo xtask structure`: the rules of the architecture, each as a check.

mod dependency_rules;
mod derived_debug;
mod file_sizes;
mod module_graph;
mod named_tests;
mod retired_identifiers;
mod shared_dependencies;

use crate::failure::Result;
use crate::report::Report;
use crate::workspace::Workspace;

pub(crate) use dependency_rules::check as dependency_rules;
pub(crate) use module_graph::check as module_graph;

pub(crate) fn run(workspace: &Workspace, report: &mut Report) -> Result<()> {
    report.step("dependency rules between crates", |_| {
        dependency_rules(workspace)
    })?;
    report.step("module graph without a cycle", |_| {
        module_graph(workspace, &[])
    })?;
    report.step("retired identifiers", |_| {
        retired_identifiers::check(workspace)
    })?;
    report.step("features of dependencies, site and tests", |_| {
        shared_dependencies::check(workspace)
    })?;
    report.step("tests that the documentation names", |_| {
        named_tests::check(workspace)
    })?;
    report.step("secrets in derived Debug", |_| {
        derived_debug::check(workspace)
    })?;
    report.step("file sizes", |_| file_sizes::check(workspace))?;
    Ok(())
}
