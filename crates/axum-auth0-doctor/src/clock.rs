//! Checks that the clocks of this server and the provider agree.

use http::{HeaderMap, Request, header};

use super::{
    Check,
    context::{CheckContext, without_metadata},
};
use axum_auth0::{
    Diagnosis,
    oauth::{LEEWAY, MAX_AGE_OF_IAT},
};

/// Warning threshold in seconds: half of the leeway for ID tokens.
const NOTEWORTHY: i64 = LEEWAY / 2;

/// Compares the clocks by the `Date` header of a response (RFC 9110 §6.6.1). A cache may serve a stale response without
/// an `Age` header, so a difference counts only if the token endpoint, whose responses are not cached, confirms it.
pub(super) async fn check(context: &CheckContext) -> Vec<Check> {
    let Some(metadata) = context.metadata().await else {
        return without_metadata(&[ID]);
    };
    let by_keys = Request::get(metadata.jwks_uri.as_str()).body(Vec::new());
    let ahead = match difference(context, by_keys).await {
        Ok(ahead) => ahead,
        Err(why) => return vec![Check::skipped(ID, format!("Could not be checked: {why}."))],
    };
    if ahead.abs() <= NOTEWORTHY {
        return vec![check_skew(ahead)];
    }
    let Some(endpoint) = &metadata.token_endpoint else {
        return vec![check_skew(ahead)];
    };
    // The request has no parameters, so the provider rejects it.
    let by_tokens = Request::post(endpoint.as_str())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Vec::new());
    vec![match difference(context, by_tokens).await {
        Ok(ahead) => check_skew(ahead),
        Err(_) => Check::skipped(
            ID,
            "Could not be checked: what the provider's keys say of the time may come from a cache, and its token endpoint does not \
             say.",
        ),
    }]
}

const ID: &str = "clock";

/// Returns how many seconds this server is ahead of the server that handles `request`, or why this is unknown.
async fn difference(
    context: &CheckContext,
    request: Result<Request<Vec<u8>>, http::Error>,
) -> Result<i64, &'static str> {
    let request = request.map_err(|_| "the provider has an endpoint that is no URL")?;
    let asked_at = context.clock().unix_seconds();
    let response = context.http_client().send(request).await;
    let response = response.map_err(|_| "the provider did not answer")?;
    let answered_at = context.clock().unix_seconds();
    let theirs = time_of(response.headers()).ok_or("the provider does not say what time it has")?;
    Ok(ahead(asked_at, theirs, answered_at))
}

/// Returns the time of the provider's clock. Adds the `Age` of a cached response (RFC 9111 §5.1).
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

/// Returns the minimum number of seconds that this server is ahead. The provider sets the date at some point between
/// the request and the response.
fn ahead(asked_at: i64, theirs: i64, answered_at: i64) -> i64 {
    if theirs < asked_at {
        asked_at - theirs
    } else if theirs > answered_at {
        answered_at - theirs
    } else {
        0
    }
}

/// Returns the check for a difference. A server that is behind rejects ID tokens beyond its leeway; a server that is
/// ahead rejects ID tokens that appear too old.
fn check_skew(ahead: i64) -> Check {
    let differ = format!("The clocks differ by {} seconds", ahead.saturating_abs());
    let is_refused = !(-LEEWAY..=MAX_AGE_OF_IAT).contains(&ahead);
    if ahead.saturating_abs() <= NOTEWORTHY {
        Check::ok(ID, "This server and the provider agree on the time.")
    } else if is_refused {
        let summary = format!("{differ}, so logins are refused.");
        Check::problem(ID, summary, Diagnosis::ClockSkew { ahead })
    } else {
        Check::warning(ID, format!("{differ}."), Diagnosis::ClockSkew { ahead })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::Status;

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
    fn only_a_difference_that_logins_do_not_bear_is_a_problem() {
        for (ahead, status) in [
            (0, Status::Ok),
            (30, Status::Ok),
            (-31, Status::Warning),
            (-60, Status::Warning),
            (-61, Status::Problem),
            (61, Status::Warning),
            (600, Status::Warning),
            (601, Status::Problem),
            (-3_600, Status::Problem),
            (i64::from(i32::MIN), Status::Problem),
        ] {
            assert_eq!(check_skew(ahead).status, status, "{ahead}");
        }
    }
}
