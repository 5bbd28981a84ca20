//! Errors of a command.

use std::fmt;
use std::path::Path;

/// The result of every fallible function here.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

#[derive(Debug)]
pub(crate) enum Failure {
    /// Ctrl-C, or another termination signal.
    Interrupted,
    /// One sentence: what failed and, if known, what to do.
    Failed(String),
    /// The report is printed already.
    Reported,
}

impl Failure {
    /// Returns "cannot `operation` `path`".
    pub(crate) fn io(operation: &str, path: &Path, source: &std::io::Error) -> Self {
        Self::Failed(format!("cannot {operation} {}: {source}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted => f.write_str("interrupted"),
            Self::Failed(reason) => f.write_str(reason),
            Self::Reported => f.write_str("failed"),
        }
    }
}
