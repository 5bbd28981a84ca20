//! How long the back-off lasts.

use http::StatusCode;
use test_support::{Endpoint, Reply};

use super::{HOUR, refreshes, views};
use crate::app::TestEnv;

#[tokio::test]
async fn retry_after_is_obeyed_over_many_page_views() {
    for reply in [
        Reply::busy(429, "60"),
        Reply::busy(503, "60"),
        Reply::busy(500, "60"),
        Reply::html(502).with_header("retry-after", "60"),
        Reply::error(400, "slow_down").with_header("retry-after", "60"),
        Reply::html(403).with_header("retry-after", "60"),
    ] {
        let case = format!("{reply:?}");
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        env.clock.advance(2 * HOUR);
        env.provider.reply(Endpoint::Refresh, reply);
        for left in (1..=60).rev().step_by(3) {
            let response = browser.get("/token").await;
            assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE, "{case}");
            let wait = response.header("retry-after").unwrap().to_owned();
            assert_eq!(wait, left.to_string(), "{case}");
            env.clock.advance(3);
        }
        assert_eq!(refreshes(&env.provider), 1, "{case}");
        assert_eq!(browser.whoami().await, "auth0|alice", "{case}");
        env.provider.recover(Endpoint::Refresh);
        env.token(&mut browser).await;
        assert_eq!(refreshes(&env.provider), 2, "{case}");
    }
}

#[tokio::test]
async fn retry_after_can_be_a_date_and_is_limited_to_ten_minutes() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    let at = std::time::UNIX_EPOCH
        + std::time::Duration::from_secs(u64::try_from(env.clock_now() + 90).unwrap());
    for (retry_after, waits) in [
        (httpdate::fmt_http_date(at), 90),
        ("604800".to_owned(), 600),
        ("99999999999999999999".to_owned(), 600),
    ] {
        env.provider
            .reply(Endpoint::Refresh, Reply::busy(503, &retry_after));
        let before = refreshes(&env.provider);
        views(&mut browser, 2, StatusCode::SERVICE_UNAVAILABLE).await;
        env.clock.advance(waits - 1);
        views(&mut browser, 2, StatusCode::SERVICE_UNAVAILABLE).await;
        assert_eq!(refreshes(&env.provider), before + 1, "{retry_after}");
        env.clock.advance(1);
    }
    env.provider.recover(Endpoint::Refresh);
    env.token(&mut browser).await;
}

#[tokio::test]
async fn without_retry_after_the_backoff_doubles_up_to_a_minute() {
    for reply in [
        Reply::status(503),
        Reply::html(200),
        Reply::error(401, "invalid_client"),
    ] {
        let case = format!("{reply:?}");
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        env.clock.advance(2 * HOUR);
        env.provider.reply(Endpoint::Refresh, reply);
        let mut times = Vec::new();
        for second in 0..=182 {
            let before = refreshes(&env.provider);
            assert_ne!(browser.get("/token").await.status, StatusCode::OK, "{case}");
            if refreshes(&env.provider) > before {
                times.push(second);
            }
            env.clock.advance(1);
        }
        assert_eq!(times, [0, 2, 6, 14, 30, 62, 122, 182], "{case}");
    }
}

/// A lost connection is retried once at once, but not if the provider failed before.
#[tokio::test]
async fn a_lost_connection_is_retried_once_and_then_backed_off() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    env.provider.reply(Endpoint::Refresh, Reply::Truncated);
    let mut seen = Vec::new();
    for _ in 0..7 {
        views(&mut browser, 3, StatusCode::SERVICE_UNAVAILABLE).await;
        seen.push(refreshes(&env.provider));
        env.clock.advance(1);
    }
    assert_eq!(seen, [2, 2, 3, 3, 3, 3, 4]);
}
