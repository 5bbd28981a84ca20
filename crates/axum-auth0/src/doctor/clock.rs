//! Whether this server and the provider agree on the time.

use http::{HeaderMap, Request, header};

use super::{
    Check,
    examination::{Examiner, without_metadata},
};
use crate::{diagnosis::Diagnosis, login::id_token::LEEWAY};

/// Half of what ID tokens are given: from here on it is only a question of time.
const NOTEWORTHY: i64 = LEEWAY / 2;

/// Compares the clocks by the `Date` of an answer (RFC 9110 §6.6.1).
pub(super) async fn check(examiner: &Examiner) -> Vec<Check> {
    let id = "clock";
    let Some(metadata) = examiner.metadata().await else {
        return without_metadata(&[id]);
    };
    let Ok(request) = Request::get(metadata.jwks_uri.as_str()).body(Vec::new()) else {
        return vec![Check::skipped(
            id,
            "Not checked: the provider's keys have no usable address.",
        )];
    };
    let asked_at = examiner.clock().unix_seconds();
    let Ok(response) = examiner.outbound().send(request).await else {
        return vec![Check::skipped(
            id,
            "Not checked: the provider did not answer.",
        )];
    };
    let answered_at = examiner.clock().unix_seconds();
    let Some(theirs) = time_of(response.headers()) else {
        return vec![Check::skipped(
            id,
            "Not checked: the provider does not say what time it has.",
        )];
    };
    vec![judge(ahead(asked_at, theirs, answered_at))]
}

/// What the provider's clock shows. A cache in between adds the age of what it kept (RFC 9111 §5.1).
fn time_of(headers: &HeaderMap) -> Option<i64> {
    let date = headers.get(header::DATE)?.to_str().ok()?;
    let date = httpdate::parse_http_date(date).ok()?;
    let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    let seconds = i64::try_from(since.as_secs()).ok()?;
    let age = headers
        .get(header::AGE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.trim().parse::<u32>().ok())
        .unwrap_or(0);
    seconds.checked_add(age.into())
}

/// By how many seconds this server is ahead at the least: somewhere between question and answer the provider looked at
/// its clock.
fn ahead(asked_at: i64, theirs: i64, answered_at: i64) -> i64 {
    if theirs < asked_at {
        asked_at - theirs
    } else if theirs > answered_at {
        answered_at - theirs
    } else {
        0
    }
}

fn judge(ahead: i64) -> Check {
    let id = "clock";
    match ahead.abs() {
        0..=NOTEWORTHY => Check::ok(id, "This server and the provider agree on the time."),
        seconds if seconds <= LEEWAY => Check::warning(
            id,
            format!("The clocks differ by {seconds} seconds."),
            Diagnosis::clock_skew(ahead),
        ),
        seconds => Check::problem(
            id,
            format!("The clocks differ by {seconds} seconds, so logins are refused."),
            Diagnosis::clock_skew(ahead),
        ),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::doctor::Status;

    #[test]
    fn the_age_of_a_kept_answer_is_no_skew() {
        let headers = |age: &str| {
            HeaderMap::from_iter([
                (
                    header::DATE,
                    "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap(),
                ),
                (header::AGE, age.parse().unwrap()),
            ])
        };
        assert_eq!(time_of(&headers("0")), Some(784_111_777));
        assert_eq!(time_of(&headers("3600")), Some(784_115_377));
        assert_eq!(time_of(&headers("old")), Some(784_111_777));
        assert_eq!(time_of(&HeaderMap::new()), None);
    }

    #[test]
    fn a_slow_answer_is_no_skew() {
        assert_eq!(ahead(100, 100, 105), 0);
        assert_eq!(ahead(100, 105, 105), 0);
        assert_eq!(ahead(100, 99, 105), 1);
        assert_eq!(ahead(100, 106, 105), -1);
    }

    #[test]
    fn what_is_within_the_leeway_is_a_warning_at_most() {
        for (ahead, status) in [
            (0, Status::Ok),
            (30, Status::Ok),
            (-31, Status::Warning),
            (60, Status::Warning),
            (61, Status::Problem),
            (-3_600, Status::Problem),
            (i64::from(i32::MIN), Status::Problem),
        ] {
            assert_eq!(judge(ahead).status, status, "{ahead}");
        }
    }
}
