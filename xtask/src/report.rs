//! The steps of a command, with their duration and outcome.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::counts::Counts;
use crate::failure::{Failure, Result};

#[derive(Debug)]
pub(crate) struct Report {
    started: Instant,
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    name: String,
    took: Duration,
    counts: Counts,
    outcome: Outcome,
}

#[derive(Debug)]
enum Outcome {
    Passed,
    Failed(String),
    /// Does not count.
    FailedAsAllowed(String),
    NotRun(String),
}

impl Report {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            steps: Vec::new(),
        }
    }

    /// Runs one step and returns whether it succeeded. After a failure the next steps still run, so that one run shows all
    /// problems. Only Ctrl-C ends the run.
    pub(crate) fn step(
        &mut self,
        name: &'static str,
        work: impl FnOnce(&mut Counts) -> Result<()>,
    ) -> Result<bool> {
        self.run(name, Outcome::Failed, work)
    }

    /// As [`Self::step`]; a failure is reported, and does not count.
    pub(crate) fn step_that_may_fail(
        &mut self,
        name: &'static str,
        work: impl FnOnce(&mut Counts) -> Result<()>,
    ) -> Result<bool> {
        self.run(name, Outcome::FailedAsAllowed, work)
    }

    /// Reports a step that is not run, and the reason.
    pub(crate) fn skip(&mut self, name: &str, reason: String) {
        println!("\n── {name}: not run: {reason}");
        self.steps.push(Step {
            name: name.to_owned(),
            took: Duration::ZERO,
            counts: Counts::default(),
            outcome: Outcome::NotRun(reason),
        });
    }

    fn run(
        &mut self,
        name: &'static str,
        failed: impl FnOnce(String) -> Outcome,
        work: impl FnOnce(&mut Counts) -> Result<()>,
    ) -> Result<bool> {
        println!("\n── {name}");
        let started = Instant::now();
        let mut counts = Counts::default();
        let result = work(&mut counts);
        let took = started.elapsed();
        let ok = result.is_ok();
        let outcome = match result {
            Ok(()) => {
                println!("── {name}: ok, {}", duration(took));
                Outcome::Passed
            }
            Err(Failure::Interrupted) => return Err(Failure::Interrupted),
            Err(failure) => {
                println!("── {name}: FAILED after {}: {failure}", duration(took));
                failed(failure.to_string())
            }
        };
        self.steps.push(Step {
            name: name.to_owned(),
            took,
            counts,
            outcome,
        });
        Ok(ok)
    }

    /// Prints the table and, as the last line, `N passed, N failed`. A step that failed without a failing test counts
    /// as one failure, so that `0 failed` always means success.
    pub(crate) fn finish(self) -> Result<()> {
        println!("\n── Summary, {}", duration(self.started.elapsed()));
        print!("{}", self.summary());
        let total = self.total();
        println!("\n{} passed, {} failed", total.passed, total.failed);
        if total.failed == 0 {
            Ok(())
        } else {
            Err(Failure::Reported)
        }
    }

    /// Returns a line for each step, and one for the reason of its outcome.
    pub(crate) fn summary(&self) -> String {
        let mut summary = String::new();
        for step in &self.steps {
            let tests = if step.counts == Counts::default() {
                String::new()
            } else {
                format!(
                    "  {} passed, {} failed",
                    step.counts.passed, step.counts.failed
                )
            };
            let (mark, reason) = match &step.outcome {
                Outcome::Passed => ("ok", None),
                Outcome::Failed(reason) => ("FAILED", Some(reason.clone())),
                Outcome::FailedAsAllowed(reason) => {
                    ("failed", Some(format!("allowed to fail: {reason}")))
                }
                Outcome::NotRun(reason) => ("not run", Some(reason.clone())),
            };
            _ = writeln!(
                summary,
                "{mark:<7} {:>12}  {}{tests}",
                duration(step.took),
                step.name
            );
            if let Some(reason) = reason {
                _ = writeln!(summary, "{:22}{reason}", "");
            }
        }
        summary
    }

    fn total(&self) -> Counts {
        let mut total = Counts::default();
        for step in &self.steps {
            if matches!(step.outcome, Outcome::FailedAsAllowed(_)) {
                continue;
            }
            total += step.counts;
            if matches!(step.outcome, Outcome::Failed(_)) && step.counts.failed == 0 {
                total.failed += 1;
            }
        }
        total
    }
}

/// Formats as `43.2 s` or `2 min 05 s`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(reason: &str) -> Result<()> {
        Err(Failure::Failed(reason.to_owned()))
    }

    #[test]
    fn steps_after_a_failed_one_still_run() {
        let mut report = Report::new();
        let first = report
            .step("lint", |_| failed("two warnings"))
            .expect("not interrupted");
        let second = report
            .step("tests", |counts| {
                counts.passed = 5;
                Ok(())
            })
            .expect("not interrupted");
        assert!(!first && second);
        assert_eq!(
            report.total(),
            Counts {
                passed: 5,
                failed: 1
            }
        );
        assert!(matches!(report.finish(), Err(Failure::Reported)));
    }

    #[test]
    fn failing_tests_are_counted_once() {
        let mut report = Report::new();
        report
            .step("tests", |counts| {
                *counts = Counts {
                    passed: 1,
                    failed: 3,
                };
                failed("nextest failed")
            })
            .expect("not interrupted");
        assert_eq!(
            report.total(),
            Counts {
                passed: 1,
                failed: 3
            }
        );
    }

    #[test]
    fn an_allowed_failure_and_a_step_that_is_not_run_do_not_count() {
        let mut report = Report::new();
        let passed = report
            .step_that_may_fail("a release candidate", |_| failed("not compatible"))
            .expect("not interrupted");
        assert!(!passed);
        report.skip("compare", "there is no release".to_owned());
        assert!(report.finish().is_ok());
    }

    #[test]
    fn durations_are_formatted() {
        assert_eq!(duration(Duration::from_millis(1240)), "1.2 s");
        assert_eq!(duration(Duration::from_secs(125)), "2 min 05 s");
    }
}
