//! How a command ends when it does not end well.

use std::fmt;
use std::path::Path;

/// The result of everything that can go wrong here.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

#[derive(Debug)]
pub(crate) enum Failure {
    /// Ctrl-C, or another signal that asks to end.
    Interrupted,
    /// One sentence that says what failed and, where we know it, what to do.
    Failed(String),
    /// Already said, in full, by the report.
    Reported,
}

impl Failure {
    /// `what` could not be done to `path`, because of `source`.
    pub(crate) fn io(what: &str, path: &Path, source: &std::io::Error) -> Self {
        Self::Failed(format!("cannot {what} {}: {source}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted => f.write_str("interrupted"),
            Self::Failed(why) => f.write_str(why),
            Self::Reported => f.write_str("failed"),
        }
    }
}
