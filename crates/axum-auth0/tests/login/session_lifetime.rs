//! When a session ends, on every store: after inactivity, after the absolute limit, and when the provider says so.

use axum::body::Body;
use axum_auth0::{BACKGROUND_HEADER, SESSION_EXPIRES_HEADER};
use http::{Method, StatusCode};
use serde_json::json;

use crate::{
    app::TestEnv,
    stores::{site_on, stores},
};
use test_support::{Browser, Part, TestResponse};

const INACTIVITY: i64 = 600;
const ABSOLUTE: i64 = 1_800;
const LIMITS: [(&str, &str); 2] = [
    ("AUTH0_SESSION_INACTIVITY_DURATION", "600"),
    ("AUTH0_SESSION_ABSOLUTE_DURATION", "1800"),
];

/// Returns the remaining seconds and the limit that the response names.
fn expiry(response: &TestResponse) -> (i64, String) {
    let value = response.header(SESSION_EXPIRES_HEADER);
    let value = value.unwrap_or_else(|| panic!("no end of the session: {response:?}"));
    let (seconds, limit) = value.split_once(";limit=").unwrap();
    (seconds.parse().unwrap(), limit.to_owned())
}

async fn send(browser: &mut Browser, method: Method, path: &str, background: bool) -> TestResponse {
    let mut request = browser.form(path).method(method);
    if background {
        request = request.header(BACKGROUND_HEADER, "1");
    }
    browser.send(request.body(Body::empty()).unwrap()).await
}

async fn log_in_until(env: &TestEnv, session_expiry: serde_json::Value) -> (Browser, TestResponse) {
    env.provider.modify(Part::IdToken, move |claims| {
        claims["session_expiry"] = session_expiry.clone();
    });
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    (browser, response)
}

#[tokio::test]
async fn every_use_moves_the_end_until_the_absolute_limit() {
    for store in &stores().await {
        let env = site_on(store, &LIMITS).await;
        let mut browser = env.logged_in("alice").await;
        for step in 1..=3 {
            env.clock.advance(INACTIVITY - 100);
            let response = browser.get("/products").await;
            let used_for = step * (INACTIVITY - 100);
            let expected = if used_for + INACTIVITY < ABSOLUTE {
                (INACTIVITY, "inactivity".to_owned())
            } else {
                (ABSOLUTE - used_for, "absolute".to_owned())
            };
            assert_eq!(expiry(&response), expected, "{} {step}", store.name);
        }
        env.clock.advance(ABSOLUTE - 3 * (INACTIVITY - 100) - 1);
        assert_eq!(browser.whoami().await, "auth0|alice", "{}", store.name);
        env.clock.advance(1);
        assert_eq!(browser.whoami().await, "anonymous", "{}", store.name);
    }
}

#[tokio::test]
async fn an_unused_session_ends_at_the_second_that_its_last_response_named() {
    for store in &stores().await {
        for (wait, user) in [(-1, "auth0|alice"), (0, "anonymous")] {
            let env = site_on(store, &LIMITS).await;
            let mut browser = env.logged_in("alice").await;
            env.clock.advance(90);
            let (seconds, limit) = expiry(&browser.get("/products").await);
            assert_eq!((seconds, &*limit), (INACTIVITY, "inactivity"));
            env.clock.advance(seconds + wait);
            assert_eq!(browser.whoami().await, user, "{} {wait}", store.name);
            browser.post("/auth/logout", "").await;
        }
    }
}

#[tokio::test]
async fn the_last_use_is_written_once_a_minute_on_every_store() {
    for store in &stores().await {
        let env = site_on(store, &LIMITS).await;
        let mut browser = env.logged_in("alice").await;
        let start = env.clock_now();
        for _ in 0..13 {
            browser.whoami().await;
            env.clock.advance(10);
        }
        assert_eq!(env.store.mark_used_count(), 2, "{}", store.name);
        let login = env.store.login().await;
        assert_eq!(login.last_seen_at, start + 120, "{}", store.name);
    }
}

#[tokio::test]
async fn a_request_within_the_minute_names_the_end_that_is_stored() {
    let env = site_on(&stores().await[0], &LIMITS).await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(59);
    let response = browser.get("/products").await;
    assert_eq!(expiry(&response).0, INACTIVITY - 59);
    env.clock.advance(1);
    assert_eq!(expiry(&browser.get("/products").await).0, INACTIVITY);
}

#[tokio::test]
async fn a_failed_write_of_the_last_use_does_not_promise_a_later_end() {
    let env = site_on(&stores().await[0], &LIMITS).await;
    let mut browser = env.logged_in("alice").await;
    env.store.set_failing(&["mark_used"]);
    env.clock.advance(100);
    let response = browser.get("/products").await;
    assert_eq!(expiry(&response).0, INACTIVITY - 100);
}

#[tokio::test]
async fn background_requests_do_not_keep_a_session_alive() {
    for store in &stores().await {
        let env = site_on(store, &LIMITS).await;
        let mut browser = env.logged_in("alice").await;
        for _ in 0..5 {
            env.clock.advance(100);
            for (path, background) in [
                ("/whoami", true),
                ("/auth/profile", false),
                ("/auth/session", false),
            ] {
                let response = send(&mut browser, Method::GET, path, background).await;
                assert_eq!(response.status, StatusCode::OK, "{path}");
            }
        }
        assert_eq!(env.store.mark_used_count(), 0);
        let response = send(&mut browser, Method::GET, "/auth/session", false).await;
        assert_eq!(expiry(&response), (100, "inactivity".to_owned()));
        env.clock.advance(100);
        assert_eq!(browser.whoami().await, "anonymous", "{}", store.name);
    }
}

#[tokio::test]
async fn the_session_route_says_when_the_session_ends_and_extends_it() {
    for store in &stores().await {
        let env = site_on(store, &LIMITS).await;
        let mut browser = env.logged_in("alice").await;
        env.clock.advance(30);
        let before = send(&mut browser, Method::GET, "/auth/session", false).await;
        let end = env.clock_now() + INACTIVITY - 30;
        let expected =
            json!({ "expires_at": end, "expires_in": INACTIVITY - 30, "limit": "inactivity" });
        assert_eq!(before.json(), expected, "{}", store.name);

        // At once, although the minute is not over.
        let after = send(&mut browser, Method::POST, "/auth/session", false).await;
        assert_eq!(after.json()["expires_in"], INACTIVITY, "{}", store.name);
        env.clock.advance(INACTIVITY - 1);
        assert_eq!(browser.whoami().await, "auth0|alice", "{}", store.name);
    }
}

#[tokio::test]
async fn the_session_route_of_an_anonymous_visitor_has_no_content() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    for method in [Method::GET, Method::POST] {
        let response = send(&mut browser, method, "/auth/session", false).await;
        assert_eq!(response.status, StatusCode::NO_CONTENT);
        assert_eq!(response.header(SESSION_EXPIRES_HEADER), None);
    }
}

#[tokio::test]
async fn another_site_cannot_extend_a_session() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(100);
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let request = browser.request(Method::POST, "/auth/session");
        let request = request.header(name, value).body(Body::empty()).unwrap();
        let response = browser.send(request).await;
        assert_eq!(response.status, StatusCode::FORBIDDEN, "{name}");
    }
    assert_eq!(env.store.mark_used_count(), 0);
}

#[tokio::test]
async fn the_provider_ends_the_session_shortly_before_its_own() {
    for store in &stores().await {
        let env = site_on(store, &LIMITS).await;
        let end = env.clock_now() + 900;
        let (mut browser, response) = log_in_until(&env, json!(end)).await;
        assert_eq!(response.status, StatusCode::SEE_OTHER);
        assert_eq!(env.store.login().await.expires_at, end - 30);
        env.clock.advance(500);
        let response = browser.get("/products").await;
        assert_eq!(expiry(&response), (370, "provider".to_owned()));
        env.clock.advance(369);
        assert_eq!(browser.whoami().await, "auth0|alice", "{}", store.name);
        env.clock.advance(1);
        assert_eq!(browser.whoami().await, "anonymous", "{}", store.name);
    }
}

/// A provider that confuses milliseconds with seconds means an end in the far future.
#[tokio::test]
async fn an_end_of_the_provider_does_not_extend_a_session() {
    let env = site_on(&stores().await[0], &LIMITS).await;
    let milliseconds = (env.clock_now() + 900) * 1_000;
    let (mut browser, _) = log_in_until(&env, json!(milliseconds)).await;
    env.clock.advance(INACTIVITY - 1);
    assert_eq!(browser.whoami().await, "auth0|alice");
    env.clock.advance(INACTIVITY - 1);
    assert_eq!(browser.whoami().await, "auth0|alice");
    env.clock.advance(INACTIVITY - 1);
    let response = browser.get("/products").await;
    assert_eq!(expiry(&response), (3, "absolute".to_owned()));
}

#[tokio::test]
async fn a_login_whose_session_would_end_at_once_fails() {
    let env = TestEnv::new().await;
    for end in [
        json!(env.clock_now() + 30),
        json!(env.clock_now() - 900),
        json!("2026-01-01T00:00:00Z"),
        json!(true),
    ] {
        let (mut browser, response) = log_in_until(&env, end.clone()).await;
        env.assert_login_failed(&mut browser, &response, 502, &end.to_string())
            .await;
    }
}

#[tokio::test]
async fn a_shorter_limit_of_a_new_configuration_applies_to_existing_sessions() {
    for store in &stores().await {
        let env = site_on(store, &LIMITS).await;
        let browser = env.logged_in("alice").await;
        env.clock.advance(200);
        for (variable, limit) in [
            ("AUTH0_SESSION_INACTIVITY_DURATION", "inactivity"),
            ("AUTH0_SESSION_ABSOLUTE_DURATION", "absolute"),
        ] {
            let mut changes = vec![(variable, Some("300"))];
            if limit == "absolute" {
                changes.push(("AUTH0_SESSION_INACTIVITY_DURATION", None));
            }
            let site = env.restarted(&changes).await;
            let mut browser = browser.clone().with_router(&site);
            let response = send(&mut browser, Method::GET, "/auth/session", false).await;
            assert_eq!(expiry(&response), (100, limit.to_owned()), "{}", store.name);
        }
    }
}

#[tokio::test]
async fn responses_that_caches_may_store_do_not_name_the_end() {
    let env = TestEnv::new().await;
    let router = axum::Router::new().route(
        "/file",
        axum::routing::get(|| async { ([("cache-control", "public, max-age=60")], "file") }),
    );
    let mut browser = env
        .logged_in("alice")
        .await
        .with_router(&env.auth0.wrap(router));
    let response = browser.get("/file").await;
    assert_eq!(response.body, "file");
    assert_eq!(response.header(SESSION_EXPIRES_HEADER), None);
}
