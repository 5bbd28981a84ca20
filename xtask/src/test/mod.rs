//! `cargo xtask test`: all tests.

pub(crate) mod browser;
mod bundle_size;
pub(crate) mod foreign;
mod log;
mod minimal_leptos;
mod not_run;
mod rust;

use std::fmt::Write as _;

use crate::failure::{Failure, Result};
use crate::report::Report;
use crate::workspace::Workspace;

pub(crate) use bundle_size::check_bundle_size;
pub(crate) use rust::SERVER_HALF;

/// A kind of test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Unit and integration tests, and the examples in the documentation.
    Rust,
    /// Playwright in Chromium, against the site with the local services.
    Browser,
    /// Playwright, against an OpenID Provider of another project.
    Foreign,
    /// Playwright, against `examples/minimal-leptos`: an app with ordinary hydration.
    MinimalLeptos,
}

const PARTS: &[(&str, Part)] = &[
    ("rust", Part::Rust),
    ("browser", Part::Browser),
    ("foreign", Part::Foreign),
    ("minimal-leptos", Part::MinimalLeptos),
];

impl Part {
    /// Parses the names; without any, returns all parts.
    pub(crate) fn parse_all(names: &[&str]) -> Result<Vec<Self>> {
        if names.is_empty() {
            return Ok(PARTS.iter().map(|(_, part)| *part).collect());
        }
        names.iter().map(|name| Self::parse(name)).collect()
    }

    fn parse(name: &str) -> Result<Self> {
        PARTS
            .iter()
            .find_map(|(known, part)| (*known == name).then_some(*part))
            .ok_or_else(|| {
                let mut message = format!("there are no tests called {name}; there are");
                for (known, _) in PARTS {
                    _ = write!(message, " {known}");
                }
                Failure::Failed(message)
            })
    }
}

/// Runs the parts, fast ones first.
pub(crate) fn run(workspace: &Workspace, parts: &[Part], report: &mut Report) -> Result<()> {
    if parts.contains(&Part::Rust) {
        report.step("Node packages", |_| browser::install_packages(workspace))?;
        rust::run(workspace, report)?;
    }
    if parts.contains(&Part::Browser) || parts.contains(&Part::Foreign) {
        let built = report.step("debug site", |_| browser::build(workspace))?;
        if built && parts.contains(&Part::Browser) {
            report.step("browser tests", |counts| browser::run(workspace, counts))?;
        }
        if built && parts.contains(&Part::Foreign) {
            report.step("foreign OpenID Provider", |counts| {
                foreign::run(workspace, counts)
            })?;
        }
    }
    if parts.contains(&Part::MinimalLeptos) {
        let mut built = None;
        report.step("examples/minimal-leptos: build", |_| {
            built = Some(minimal_leptos::build(workspace)?);
            Ok(())
        })?;
        if let Some(built) = built {
            report.step("examples/minimal-leptos: browser tests", |counts| {
                minimal_leptos::run(workspace, &built, counts)
            })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_selects_all_tests() {
        let all = Part::parse_all(&[]).expect("no name is valid");
        let known = [
            Part::Rust,
            Part::Browser,
            Part::Foreign,
            Part::MinimalLeptos,
        ];
        assert_eq!(all, known);
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_known_ones() {
        let failure = Part::parse_all(&["e2e"]).expect_err("not a part");
        assert!(
            failure.to_string().contains("rust browser foreign"),
            "{failure}"
        );
    }
}
