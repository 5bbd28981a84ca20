//! The entries of the activity log as list items.

use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

use super::layout::{Escaped, concat_map};
use crate::activity_log::{LogEntry, Outcome};

const TIME_FORMAT: &[BorrowedFormatItem<'_>] = format_description!("[hour]:[minute]:[second]");

/// Returns one list item per entry.
pub(crate) fn log_entries(entries: &[LogEntry]) -> String {
    if entries.is_empty() {
        return "<li>No entries. Log in to the application to create some.</li>".to_owned();
    }
    concat_map(entries, |entry| {
        let at = OffsetDateTime::from_unix_timestamp(entry.at)
            .ok()
            .and_then(|at| at.format(TIME_FORMAT).ok())
            .unwrap_or_default();
        let outcome = match entry.outcome {
            Outcome::Granted => "granted",
            Outcome::Unexpected => "unexpected",
            Outcome::Refused => "refused",
        };
        format!(
            "<li data-outcome=\"{outcome}\"><span class=\"meta\"><time>{at}</time> <code>{endpoint}</code> \
             <b>{outcome}</b></span> {text}</li>\n",
            endpoint = Escaped(entry.endpoint),
            text = Escaped(&entry.text),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_entries_are_escaped() {
        let html = log_entries(&[LogEntry {
            at: 0,
            endpoint: "/authorize",
            outcome: Outcome::Refused,
            text: "Unknown client: <script>alert(1)</script>".to_owned(),
        }]);
        assert!(!html.contains("<script>"));
        assert!(html.contains("&lt;script&gt;"));
        assert!(html.contains("00:00:00"));
    }
}
