//! The end of the session in words.

use crate::session_end::SessionLimit;
use axum_auth0::SessionExpiry;
use time::OffsetDateTime;

/// Returns a paragraph that says when the session ends, and what moves the end. `None` if the time is out of range.
pub(crate) fn session_end_html(expiry: SessionExpiry, limit: SessionLimit) -> Option<String> {
    let end = OffsetDateTime::from_unix_timestamp(expiry.expires_at()).ok()?;
    let (year, month, day) = (end.year(), end.month(), end.day());
    let (hour, minute) = (end.hour(), end.minute());
    let month_number = u8::from(month);
    let machine = format!("{year:04}-{month_number:02}-{day:02} {hour:02}:{minute:02}Z");
    let time = format!(
        "<time datetime=\"{machine}\">{day} {month} {year}, {hour:02}:{minute:02} UTC</time>"
    );
    let remaining = in_words(expiry.expires_in().as_secs());
    let what_moves_it = if limit.is_extendable() {
        "Each page that you open moves this time."
    } else {
        "Then please log in again."
    };
    Some(format!(
        "<p class=\"session-end\">Your session ends in {remaining}, on {time}. {what_moves_it}</p>"
    ))
}

/// Returns a time in hours, or in minutes if it is less than two hours.
fn in_words(seconds: u64) -> String {
    match seconds / 60 {
        0 => "less than a minute".to_owned(),
        1 => "1 minute".to_owned(),
        minutes if minutes < 120 => format!("{minutes} minutes"),
        minutes if minutes < 48 * 60 => format!("{} hours", minutes / 60),
        minutes => format!("{} days", minutes / (24 * 60)),
    }
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn a_time_is_rounded_down_to_the_unit_that_users_think_in() {
        for (seconds, expected) in [
            (59, "less than a minute"),
            (119, "1 minute"),
            (3_600, "60 minutes"),
            (7_199, "119 minutes"),
            (7_200, "2 hours"),
            (86_400, "24 hours"),
            (3 * 86_400 - 1, "2 days"),
        ] {
            assert_eq!(in_words(seconds), expected);
        }
    }
}
