//! Tests that return early because a program is not installed: `crates/test-databases` reports them in a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::counts::Counts;
use crate::failure::{Failure, Result};
use crate::report::Report;
use crate::workspace::Workspace;

/// The variable that names the file.
pub(super) const VARIABLE: &str = "NOT_RUN_FILE";

/// The file of one run.
pub(super) struct NotRun(PathBuf);

impl NotRun {
    /// Removes the file of the previous run.
    pub(super) fn new(workspace: &Workspace) -> Self {
        let file = workspace.target.join("not-run");
        _ = std::fs::remove_file(&file);
        Self(file)
    }

    pub(super) fn file(&self) -> &Path {
        &self.0
    }

    /// Returns the tests, by reason.
    pub(super) fn read(&self) -> Result<ByReason> {
        match std::fs::read_to_string(&self.0) {
            Ok(text) => Ok(ByReason::parse(&text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(ByReason::default()),
            Err(error) => Err(Failure::io("read", &self.0, &error)),
        }
    }
}

/// The tests that were not run, by reason.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ByReason(BTreeMap<String, BTreeSet<String>>);

impl ByReason {
    /// Parses lines of program, test and reason, separated by tabs. A test may have reported itself twice.
    fn parse(text: &str) -> Self {
        let mut tests = BTreeMap::<String, BTreeSet<String>>::new();
        for line in text.lines() {
            if let Some((test, reason)) = line.rsplit_once('\t') {
                tests
                    .entry(reason.to_owned())
                    .or_default()
                    .insert(test.to_owned());
            }
        }
        Self(tests)
    }

    /// Removes the tests from those that passed.
    pub(super) fn subtract_from(&self, counts: &mut Counts) {
        let tests: BTreeSet<_> = self.0.values().flatten().collect();
        let number = u64::try_from(tests.len()).unwrap_or(u64::MAX);
        counts.passed = counts.passed.saturating_sub(number);
    }

    /// Adds a line for each reason to the report.
    pub(super) fn report(self, report: &mut Report) {
        for (reason, tests) in self.0 {
            let noun = if tests.len() == 1 { "test" } else { "tests" };
            report.skip(&format!("{} {noun}", tests.len()), reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REDIS: &str = "Redis is not installed; install it with: sudo apt-get install redis";

    fn found() -> ByReason {
        let lines = [
            format!("/target/it\toutages::redis\t{REDIS}"),
            format!("/target/it\toutages::redis\t{REDIS}"),
            format!("/target/login\toutages::redis\t{REDIS}"),
            "/target/it\tproxies::nginx\tnginx is not installed".to_owned(),
        ];
        ByReason::parse(&lines.join("\n"))
    }

    #[test]
    fn tests_that_were_not_run_have_not_passed() {
        let mut counts = Counts {
            passed: 10,
            failed: 1,
        };
        found().subtract_from(&mut counts);
        let expected = Counts {
            passed: 7,
            failed: 1,
        };
        assert_eq!(counts, expected);
    }

    #[test]
    fn each_reason_is_a_line_of_the_report() {
        let mut report = Report::new();
        found().report(&mut report);
        let summary = report.summary();
        let expected = format!("not run        0.0 s  2 tests\n{:22}{REDIS}\n", "");
        assert!(summary.contains(&expected), "{summary}");
        assert!(summary.contains("1 test\n"), "{summary}");
        assert!(report.finish().is_ok());
    }

    #[test]
    fn the_variable_is_the_one_that_tests_read() {
        let source = include_str!("../../../crates/test-databases/src/not_run.rs");
        let constant = format!("NOT_RUN_FILE: &str = \"{VARIABLE}\";");
        assert!(source.contains(&constant));
    }
}
