//! The activity log: what each request asked for and received, without tokens, codes or secrets.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use crate::clock::Clock;

/// The log keeps this many entries and drops the oldest first.
const MAX_ENTRIES: usize = 200;
/// The log repeats at most this many characters of a value that a client sent.
const MAX_QUOTED_CHARS: usize = 200;

/// One entry of the activity log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// The time, in seconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// The endpoint, for example `/oauth/token`.
    pub endpoint: &'static str,
    /// The outcome of the request.
    pub outcome: Outcome,
    /// What the request asked for and what it received, in one or two sentences.
    pub text: String,
}

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The client received what it asked for.
    Granted,
    /// The client received less than it asked for, or something that it may not expect.
    Unexpected,
    /// The request was refused.
    Refused,
}

/// The entries; clones share them.
#[derive(Clone, Debug)]
pub(crate) struct ActivityLog {
    entries: Arc<Mutex<VecDeque<LogEntry>>>,
    clock: Arc<dyn Clock>,
}

impl ActivityLog {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            entries: Arc::new(Mutex::new(VecDeque::with_capacity(MAX_ENTRIES))),
            clock,
        }
    }

    pub(crate) fn granted(&self, endpoint: &'static str, text: impl Into<String>) {
        self.log_event(endpoint, Outcome::Granted, text.into());
    }

    pub(crate) fn unexpected(&self, endpoint: &'static str, text: impl Into<String>) {
        self.log_event(endpoint, Outcome::Unexpected, text.into());
    }

    /// Logs [`Outcome::Unexpected`] if `is_unexpected`, otherwise [`Outcome::Granted`].
    pub(crate) fn granted_or_unexpected(
        &self,
        endpoint: &'static str,
        is_unexpected: bool,
        text: impl Into<String>,
    ) {
        if is_unexpected {
            self.unexpected(endpoint, text);
        } else {
            self.granted(endpoint, text);
        }
    }

    pub(crate) fn refused(&self, endpoint: &'static str, text: impl Into<String>) {
        self.log_event(endpoint, Outcome::Refused, text.into());
    }

    /// Returns the entries, newest first.
    pub(crate) fn newest_first(&self) -> Vec<LogEntry> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().rev().cloned().collect()
    }

    fn log_event(&self, endpoint: &'static str, outcome: Outcome, text: String) {
        tracing::info!(endpoint, ?outcome, "{text}");
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() == MAX_ENTRIES {
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

/// Prepares a value that a client sent for a log line: removes control characters and truncates it.
pub(crate) fn quoted(value: &str) -> String {
    let mut characters = value.chars().filter(|character| !character.is_control());
    let mut text: String = characters.by_ref().take(MAX_QUOTED_CHARS).collect();
    if characters.next().is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::MockClock;

    #[test]
    fn the_log_keeps_the_newest_two_hundred_entries() {
        let activity_log = ActivityLog::new(MockClock::at(7));
        for number in 0..450 {
            activity_log.granted("/test", number.to_string());
        }
        let entries = activity_log.newest_first();
        assert_eq!(entries.len(), MAX_ENTRIES);
        assert_eq!(entries[0].text, "449");
        assert_eq!(entries[199].text, "250");
        assert_eq!(entries[0].at, 7);
    }

    #[test]
    fn client_values_are_truncated_and_lose_control_characters() {
        assert_eq!(quoted("a\r\nb\u{0}c"), "abc");
        let long = quoted(&"x".repeat(5000));
        assert_eq!(long.chars().count(), MAX_QUOTED_CHARS + 1);
        assert!(long.ends_with('…'));
    }
}
