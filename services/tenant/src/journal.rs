//! The live log: what each request asked for and what it got, in plain words and without tokens, codes or secrets.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use crate::clock::Clock;

/// How many entries the log keeps; the oldest make room for new ones.
const KEPT: usize = 200;
/// How many characters of a value from outside are repeated in the log.
const QUOTED: usize = 200;

/// One line of the live log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// When, in seconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// The endpoint that was asked, `/oauth/token` for example.
    pub endpoint: &'static str,
    /// What became of it.
    pub outcome: Outcome,
    /// What was asked for and what came back, in one or two sentences.
    pub text: String,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It got what it asked for.
    Granted,
    /// It got less than it asked for, or something the caller may not expect.
    Surprising,
    /// It was refused.
    Refused,
}

/// The entries; clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Journal {
    entries: Arc<Mutex<VecDeque<LogEntry>>>,
    clock: Arc<dyn Clock>,
}

impl Journal {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            entries: Arc::new(Mutex::new(VecDeque::with_capacity(KEPT))),
            clock,
        }
    }

    pub(crate) fn granted(&self, endpoint: &'static str, text: impl Into<String>) {
        self.note(endpoint, Outcome::Granted, text.into());
    }

    pub(crate) fn surprising(&self, endpoint: &'static str, text: impl Into<String>) {
        self.note(endpoint, Outcome::Surprising, text.into());
    }

    /// Granted, or surprising.
    pub(crate) fn answered(
        &self,
        endpoint: &'static str,
        is_surprising: bool,
        text: impl Into<String>,
    ) {
        if is_surprising {
            self.surprising(endpoint, text);
        } else {
            self.granted(endpoint, text);
        }
    }

    pub(crate) fn refused(&self, endpoint: &'static str, text: impl Into<String>) {
        self.note(endpoint, Outcome::Refused, text.into());
    }

    /// The entries, newest first.
    pub(crate) fn newest_first(&self) -> Vec<LogEntry> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().rev().cloned().collect()
    }

    fn note(&self, endpoint: &'static str, outcome: Outcome, text: String) {
        tracing::info!(endpoint, ?outcome, "{text}");
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() == KEPT {
            entries.pop_front();
        }
        entries.push_back(LogEntry {
            at: self.clock.unix_seconds(),
            endpoint,
            outcome,
            text,
        });
    }
}

/// A value from outside, made fit for a log line: no control characters, not endless.
pub(crate) fn quoted(value: &str) -> String {
    let mut characters = value.chars().filter(|character| !character.is_control());
    let mut text: String = characters.by_ref().take(QUOTED).collect();
    if characters.next().is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn the_log_keeps_the_newest_two_hundred_entries() {
        let journal = Journal::new(ManualClock::at(7));
        for number in 0..450 {
            journal.granted("/test", number.to_string());
        }
        let entries = journal.newest_first();
        assert_eq!(entries.len(), KEPT);
        assert_eq!(entries[0].text, "449");
        assert_eq!(entries[199].text, "250");
        assert_eq!(entries[0].at, 7);
    }

    #[test]
    fn values_from_outside_are_cut_and_lose_control_characters() {
        assert_eq!(quoted("a\r\nb\u{0}c"), "abc");
        let long = quoted(&"x".repeat(5000));
        assert_eq!(long.chars().count(), QUOTED + 1);
        assert!(long.ends_with('…'));
    }
}
