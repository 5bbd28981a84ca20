//! `cargo xtask test`: all tests, each kind with what it needs.

mod browser;
mod foreign;
mod log;
mod release;
mod rust;

use std::fmt::Write as _;

use crate::failure::{Failure, Result};
use crate::report::Report;
use crate::workspace::Workspace;

pub(crate) use release::weigh;
pub(crate) use rust::SERVER_HALF;

/// A kind of test, by what it runs against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Unit and integration tests, and the examples in the documentation.
    Rust,
    /// Playwright, in Chromium, against the site with the local services.
    Browser,
    /// Playwright, against an OpenID Provider that we did not write.
    Foreign,
}

const PARTS: &[(&str, Part)] = &[
    ("rust", Part::Rust),
    ("browser", Part::Browser),
    ("foreign", Part::Foreign),
];

impl Part {
    /// All of them where none is named.
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

/// Cheap ones first.
pub(crate) fn run(workspace: &Workspace, parts: &[Part], report: &mut Report) -> Result<()> {
    if parts.contains(&Part::Rust) {
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
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_means_all_tests() {
        let all = Part::parse_all(&[]).expect("nothing to get wrong");
        assert_eq!(all, [Part::Rust, Part::Browser, Part::Foreign]);
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_right_ones() {
        let failure = Part::parse_all(&["e2e"]).expect_err("not a part");
        assert!(
            failure.to_string().contains("rust browser foreign"),
            "{failure}"
        );
    }
}
