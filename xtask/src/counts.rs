//! The numbers of passed and failed tests, as the test runners report them.

use std::ops::AddAssign;
use std::path::Path;

use crate::failure::{Failure, Result};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Counts {
    /// Reads a JUnit file, which nextest and Playwright both write.
    pub(crate) fn from_junit(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| Failure::io("read", path, &e))?;
        parse_junit(&text)
            .ok_or_else(|| Failure::Failed(format!("{} is not a JUnit report", path.display())))
    }

    /// Parses the last line that `cargo test` prints for each program; other lines count nothing.
    pub(crate) fn from_libtest_line(line: &str) -> Self {
        let Some((_, numbers)) = line
            .strip_prefix("test result: ")
            .and_then(|rest| rest.split_once(". "))
        else {
            return Self::default();
        };
        let number = |name: &str| {
            numbers
                .split("; ")
                .find_map(|part| part.strip_suffix(name)?.trim().parse().ok())
                .unwrap_or(0)
        };
        Self {
            passed: number("passed"),
            failed: number("failed"),
        }
    }
}

fn parse_junit(text: &str) -> Option<Counts> {
    let (_, rest) = text.split_once("<testsuites ")?;
    let (attributes, _) = rest.split_once('>')?;
    let number = |name: &str| -> Option<u64> {
        let (_, value) = attributes.split_once(&format!("{name}=\""))?;
        value.split_once('"')?.0.parse().ok()
    };
    let failed = number("failures")? + number("errors").unwrap_or(0);
    let skipped = number("skipped").unwrap_or(0);
    Some(Counts {
        passed: number("tests")?.checked_sub(failed + skipped)?,
        failed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextest_reports_are_parsed() {
        let text = r#"<?xml version="1.0"?><testsuites name="nextest-run" tests="12" failures="2" errors="1" uuid="x"><testsuite tests="99"/></testsuites>"#;
        assert_eq!(
            parse_junit(text),
            Some(Counts {
                passed: 9,
                failed: 3
            })
        );
    }

    #[test]
    fn playwright_reports_are_parsed_and_skipped_tests_do_not_count() {
        let text = r#"<testsuites id="" name="" tests="10" failures="0" skipped="4" errors="0" time="1.2">"#;
        assert_eq!(
            parse_junit(text),
            Some(Counts {
                passed: 6,
                failed: 0
            })
        );
    }

    #[test]
    fn a_malformed_report_is_not_zero_failures() {
        assert_eq!(parse_junit("<html>"), None);
        assert_eq!(parse_junit(r#"<testsuites tests="1">"#), None);
        assert_eq!(parse_junit(r#"<testsuites tests="1" failures="2">"#), None);
    }

    #[test]
    fn libtest_summaries_are_parsed() {
        let line = "test result: FAILED. 7 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.31s";
        assert_eq!(
            Counts::from_libtest_line(line),
            Counts {
                passed: 7,
                failed: 1
            }
        );
        assert_eq!(
            Counts::from_libtest_line("test a ... ok"),
            Counts::default()
        );
    }
}
