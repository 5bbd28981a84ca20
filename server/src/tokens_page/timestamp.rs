//! Points in time and durations for display.

use leptos::prelude::*;
use time::{OffsetDateTime, macros::format_description};

/// Shows a point in time in UTC, given in seconds since 1970.
pub(super) fn timestamp(seconds: i64) -> impl IntoView {
    let written = OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|time| {
            let machine = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
            let people = format_description!(
                "[day padding:none] [month repr:short] [year], [hour]:[minute]:[second] UTC"
            );
            Some((time.format(&machine).ok()?, time.format(&people).ok()?))
        });
    // Out of range of the calendar: shown as a number.
    written.map_or_else(
        || view! { <span>{seconds.to_string()}</span> }.into_any(),
        |(machine, people)| view! { <time datetime=machine>{people}</time> }.into_any(),
    )
}

/// Returns `seconds` as a rounded duration: `59 min`.
pub(super) fn duration(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let rounded = |unit: i64| seconds.saturating_add(unit / 2) / unit;
    let (minutes, hours, days) = (rounded(60), rounded(3_600), rounded(86_400));
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{minutes} min"),
        7_200..172_800 => format!("{hours} h"),
        _ => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::{duration, timestamp};
    use leptos::prelude::*;

    #[test]
    fn a_duration_is_shown_in_a_suitable_unit() {
        for (seconds, expected) in [
            (-5, "0 s"),
            (119, "119 s"),
            (120, "2 min"),
            (3_540, "59 min"),
            (86_399, "24 h"),
            (172_800, "2 days"),
        ] {
            assert_eq!(duration(seconds), expected);
        }
    }

    /// Removes the markers between type-erased views.
    fn html(seconds: i64) -> String {
        timestamp(seconds).to_html().replace("<!>", "")
    }

    #[test]
    fn a_point_in_time_is_shown_for_users_and_programs() {
        assert_eq!(
            html(1_795_471_205),
            r#"<time datetime="2026-11-23T22:00:05Z">23 Nov 2026, 22:00:05 UTC</time>"#
        );
        assert_eq!(html(i64::MAX), "<span>9223372036854775807</span>");
    }
}
