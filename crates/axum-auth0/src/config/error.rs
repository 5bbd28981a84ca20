//! What is wrong with a configuration, all of it at once.

use std::fmt;

/// One variable that cannot be used as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigProblem {
    /// The variable's name.
    pub variable: String,
    /// What is wrong with it. Never its value where that is a secret.
    pub problem: String,
    /// A line that would be right.
    pub example: String,
}

/// All faults of a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigError {
    pub(super) faults: Vec<ConfigProblem>,
}

impl ConfigError {
    /// The faults, in the order in which the variables are documented.
    pub fn faults(&self) -> &[ConfigProblem] {
        &self.faults
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.faults.len();
        let noun = if count == 1 { "problem" } else { "problems" };
        writeln!(f, "the configuration has {count} {noun}:")?;
        for fault in &self.faults {
            writeln!(f, "\n  {}: {}", fault.variable, fault.problem)?;
            if !fault.example.is_empty() {
                writeln!(f, "    for example: {}", fault.example)?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
