//! Responses that mean a dead refresh token, and responses that do not.

use http::StatusCode;
use serde_json::json;

use crate::app::{TestEnv, TestEnvBuilder};
use test_support::{Browser, Endpoint, Reply, log_capture};

const HOUR: i64 = 3_600;
const UNAVAILABLE: StatusCode = StatusCode::SERVICE_UNAVAILABLE;
const SIGN_IN: StatusCode = StatusCode::UNAUTHORIZED;

async fn expired() -> (TestEnv, Browser) {
    let env = TestEnv::new().await;
    let browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    (env, browser)
}

/// Returns the statuses of page views. Each is some seconds after the previous one, with that reply of the provider.
async fn statuses(env: &TestEnv, browser: &mut Browser, replies: &[(i64, Reply)]) -> Vec<u16> {
    let mut statuses = Vec::new();
    for (seconds, reply) in replies {
        env.clock.advance(*seconds);
        env.provider.reply(Endpoint::Refresh, reply.clone());
        statuses.push(browser.get("/token").await.status.as_u16());
    }
    statuses
}

/// Responses of real providers to a dead refresh token.
fn rejections() -> Vec<Reply> {
    let described =
        |code, text| Reply::Json(400, json!({ "error": code, "error_description": text }));
    vec![
        described("invalid_request", "session not found"),
        Reply::error(400, "invalid_request"),
        Reply::text(401, "text/plain", "Invalid refresh token."),
        Reply::status(400),
        Reply::status(401),
        Reply::status(403),
        Reply::Json(400, json!({})),
        Reply::Json(404, json!({ "message": "Not Found" })),
        Reply::Json(400, json!({ "error": null })),
        Reply::Json(422, json!({ "error": { "code": 7 } })),
        Reply::error(400, "access_denied"),
        Reply::error(401, "token_expired"),
        Reply::text(410, "application/json", ""),
    ]
}

#[tokio::test]
async fn three_rejections_over_a_minute_send_the_user_to_log_in_and_back() {
    for reply in rejections() {
        let case = format!("{reply:?}");
        let (env, mut browser) = expired().await;
        let replies = [(0, reply.clone()), (30, reply.clone()), (31, reply.clone())];
        let seen = statuses(&env, &mut browser, &replies).await;
        assert_eq!(seen, [503, 503, 401], "{case}");
        assert_eq!(env.provider.request_count(Endpoint::Refresh), 3, "{case}");
        // Further page views send no request.
        for _ in 0..5 {
            assert_eq!(browser.get("/token").await.status, SIGN_IN, "{case}");
        }
        assert_eq!(env.provider.request_count(Endpoint::Refresh), 3, "{case}");
        assert_eq!(
            browser.whoami().await,
            "auth0|alice",
            "{case}: the session is kept"
        );
        env.provider.recover(Endpoint::Refresh);
        browser.log_in(&env.provider, "alice").await;
        env.token(&mut browser).await;
    }
}

#[tokio::test]
async fn fewer_or_faster_rejections_do_not_require_a_login() {
    let no = || Reply::status(400);
    for (case, replies) in [
        ("two", vec![(0, no()), (100, no())]),
        (
            "three within a minute",
            vec![(0, no()), (29, no()), (30, no())],
        ),
        (
            "many page views within a minute",
            (0..59).map(|view| (i64::from(view > 0), no())).collect(),
        ),
    ] {
        let (env, mut browser) = expired().await;
        let seen = statuses(&env, &mut browser, &replies).await;
        assert!(seen.iter().all(|status| *status == 503), "{case}: {seen:?}");
        env.provider.recover(Endpoint::Refresh);
        env.clock.advance(60);
        env.token(&mut browser).await;
    }
}

#[tokio::test]
async fn html_408_and_5xx_never_count_as_rejections() {
    for reply in [
        Reply::html(403),
        Reply::html(404),
        Reply::html(400),
        Reply::html(200),
        Reply::text(403, "text/plain", "\n<html>"),
        Reply::text(400, "application/xhtml+xml; charset=utf-8", ""),
        Reply::status(408),
        Reply::status(500),
        Reply::html(502),
        Reply::status(429),
        Reply::error(400, "temporarily_unavailable"),
        Reply::status(307).with_header("location", "/login"),
    ] {
        let case = format!("{reply:?}");
        let (env, mut browser) = expired().await;
        let replies = vec![(61, reply.clone()); 10];
        let seen = statuses(&env, &mut browser, &replies).await;
        assert_eq!(seen, [503; 10], "{case}");
        // Two rejections with another failure in between are not three.
        let replies = [
            (120, Reply::status(400)),
            (120, reply.clone()),
            (120, Reply::status(400)),
        ];
        let seen = statuses(&env, &mut browser, &replies).await;
        assert_eq!(seen, [503; 3], "{case}");
        env.provider.recover(Endpoint::Refresh);
        env.clock.advance(120);
        env.token(&mut browser).await;
    }
}

#[tokio::test]
async fn rejections_are_counted_over_replicas() {
    let (env, mut here) = expired().await;
    let replicas = [env.restarted(&[]).await, env.restarted(&[]).await];
    env.provider.reply(Endpoint::Refresh, Reply::status(400));
    assert_eq!(here.get("/token").await.status, UNAVAILABLE);
    env.clock.advance(30);
    let mut there = here.clone().with_router(&replicas[0]);
    assert_eq!(there.get("/token").await.status, UNAVAILABLE);
    env.clock.advance(30);
    let mut elsewhere = here.clone().with_router(&replicas[1]);
    assert_eq!(elsewhere.get("/token").await.status, SIGN_IN);
    assert_eq!(here.get("/token").await.status, SIGN_IN);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 3);
}

#[tokio::test]
async fn a_valid_access_token_is_used_until_it_expires_before_a_login_is_required() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_TOKEN_REFRESH_BUFFER", "200")
        .build()
        .await;
    env.provider
        .policy(|policy| policy.access_token_lifetime = 1_000);
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(900);
    let no = Reply::status(400);
    let replies: Vec<_> = (0..10).map(|_| (9, no.clone())).collect();
    let seen = statuses(&env, &mut browser, &replies).await;
    assert_eq!(seen, [200; 10]);
    let seen = statuses(&env, &mut browser, &[(10, no)]).await;
    assert_eq!(seen, [401]);
}

#[tokio::test]
async fn a_success_resets_the_count() {
    let (env, mut browser) = expired().await;
    let no = Reply::status(400);
    let replies = [(0, no.clone()), (60, no.clone())];
    statuses(&env, &mut browser, &replies).await;
    env.provider.recover(Endpoint::Refresh);
    env.clock.advance(60);
    env.token(&mut browser).await;
    env.clock.advance(2 * HOUR);
    let replies = [(0, no.clone()), (60, no.clone())];
    assert_eq!(statuses(&env, &mut browser, &replies).await, [503, 503]);
}

/// RFC 6749 §5.2 requires 400; the body decides.
#[tokio::test]
async fn invalid_grant_ends_the_session_at_once_with_any_status() {
    for (status, media_type) in [
        (200, "application/json"),
        (201, "application/json"),
        (400, "text/html"),
        (401, "application/json"),
        (403, "application/json"),
        (408, "text/plain"),
    ] {
        let (env, mut browser) = expired().await;
        let reply = Reply::text(status, media_type, r#"{"error":"invalid_grant"}"#);
        env.provider.reply(Endpoint::Refresh, reply);
        assert_eq!(browser.get("/token").await.status, SIGN_IN, "{status}");
        assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
        assert!(env.store.logins().await.is_empty(), "{status}");
        env.provider.recover(Endpoint::Refresh);
        browser.log_in(&env.provider, "alice").await;
        env.token(&mut browser).await;
    }
}

#[tokio::test]
async fn the_log_says_that_a_response_is_not_from_the_provider() {
    for reply in [
        Reply::html(403),
        Reply::html(404),
        Reply::status(408),
        Reply::html(200),
    ] {
        let (env, mut browser) = expired().await;
        env.provider.reply(Endpoint::Refresh, reply);
        assert_eq!(browser.get("/token").await.status, UNAVAILABLE);
        assert!(
            log_capture::captured().contains("did not come from the provider's OAuth endpoint")
        );
    }
}
