//! The problems of a configuration, collected and reported together.

use std::fmt;

/// One problem of one variable.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigProblem {
    /// The variable's name.
    pub variable: String,
    /// The description of the problem. Never contains the value of a secret.
    pub problem: String,
    /// A line that would be accepted; empty if there is none.
    pub example: String,
}

/// Shows variable and problem as one sentence.
impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.variable, self.problem)
    }
}

/// All problems of a configuration.
/// `Debug` shows the same text as `Display`, so that a `main` that returns the error prints a readable list.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ConfigError {
    pub(super) problems: Vec<ConfigProblem>,
}

impl ConfigError {
    /// Returns the problems in the order of the documentation.
    pub fn problems(&self) -> &[ConfigProblem] {
        &self.problems
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.len();
        let noun = if count == 1 { "problem" } else { "problems" };
        writeln!(f, "the configuration has {count} {noun}:")?;
        for problem in &self.problems {
            writeln!(f, "\n  {}: {}", problem.variable, problem.problem)?;
            if !problem.example.is_empty() {
                writeln!(f, "    for example: {}", problem.example)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigError {}
