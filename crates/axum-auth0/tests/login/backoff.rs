//! Back-off of a failing provider, over page views, users, replicas and restarts.

use http::StatusCode;
use serde_json::{Value, json};

use crate::app::{TestEnv, TestEnvBuilder};
use test_support::{Browser, Endpoint, FakeProvider, ORDERS, PRODUCTS, Part, Reply};

const HOUR: i64 = 3_600;

fn refreshes(provider: &FakeProvider) -> usize {
    provider.request_count(Endpoint::Refresh)
}

/// Requests the page `count` times. Each response has this status.
async fn views(browser: &mut Browser, count: usize, status: StatusCode) {
    for view in 0..count {
        let response = browser.get("/token").await;
        assert_eq!(response.status, status, "view {view}: {}", response.body);
    }
}

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

#[tokio::test]
async fn the_backoff_of_a_login_applies_to_other_replicas_and_after_a_restart() {
    let env = TestEnv::new().await;
    let replica = env.restarted(&[]).await;
    let mut here = env.logged_in("alice").await;
    let mut there = here.clone().with_router(&replica);
    env.clock.advance(2 * HOUR);
    env.provider
        .reply(Endpoint::Refresh, Reply::busy(429, "60"));
    views(&mut here, 10, StatusCode::SERVICE_UNAVAILABLE).await;
    views(&mut there, 10, StatusCode::SERVICE_UNAVAILABLE).await;
    let mut later = here.clone().with_router(&env.restarted(&[]).await);
    views(&mut later, 10, StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!(refreshes(&env.provider), 1);
    env.clock.advance(60);
    env.provider.recover(Endpoint::Refresh);
    env.token(&mut later).await;
    env.token(&mut here).await;
    env.token(&mut there).await;
    assert_eq!(refreshes(&env.provider), 2);
}

/// A replica that sent no request during an outage reads it from the login that another one has refreshed.
#[tokio::test]
async fn a_replica_reads_an_outage_from_the_store() {
    let env = TestEnv::new().await;
    let replica = env.restarted(&[]).await;
    let mut alice = env.logged_in("alice").await;
    let bob = env.logged_in("bob").await;
    env.clock.advance(2 * HOUR);
    env.provider
        .reply(Endpoint::Refresh, Reply::busy(503, "60"));
    views(&mut alice, 1, StatusCode::SERVICE_UNAVAILABLE).await;
    views(
        &mut alice.with_router(&replica),
        1,
        StatusCode::SERVICE_UNAVAILABLE,
    )
    .await;
    views(
        &mut bob.with_router(&replica),
        5,
        StatusCode::SERVICE_UNAVAILABLE,
    )
    .await;
    assert_eq!(refreshes(&env.provider), 1);
}

#[tokio::test]
async fn while_the_provider_is_down_one_user_probes_it_for_all() {
    let env = TestEnv::new().await;
    let mut users = Vec::new();
    for number in 0..20 {
        users.push(env.logged_in(&format!("user{number}")).await);
    }
    env.provider.clear_request_log();
    env.clock.advance(2 * HOUR);
    env.provider.reply(Endpoint::Refresh, Reply::status(503));
    for user in &mut users {
        views(user, 1, StatusCode::SERVICE_UNAVAILABLE).await;
    }
    assert_eq!(refreshes(&env.provider), 1);
    env.clock.advance(2);
    for user in &mut users {
        views(user, 1, StatusCode::SERVICE_UNAVAILABLE).await;
    }
    assert_eq!(refreshes(&env.provider), 2);
    env.provider.recover(Endpoint::Refresh);
    env.clock.advance(4);
    for user in &mut users {
        env.token(user).await;
    }
    assert_eq!(refreshes(&env.provider), 22);
}

/// The failure of one refresh token does not affect others.
#[tokio::test]
async fn the_failing_refresh_of_one_user_does_not_back_off_others() {
    for reply in [Reply::status(500), Reply::status(400), Reply::html(403)] {
        let env = TestEnv::new().await;
        let (mut alice, mut bob) = (env.logged_in("alice").await, env.logged_in("bob").await);
        for _ in 0..2 {
            env.clock.advance(2 * HOUR);
            env.provider.reply(Endpoint::Refresh, reply.clone());
            views(&mut alice, 3, StatusCode::SERVICE_UNAVAILABLE).await;
            env.provider.recover(Endpoint::Refresh);
            env.token(&mut bob).await;
        }
    }
}

#[tokio::test]
async fn a_valid_token_is_used_during_the_backoff() {
    for reply in [
        Reply::busy(429, "60"),
        Reply::html(403),
        Reply::status(400),
        Reply::error(400, "invalid_scope"),
        Reply::error(401, "invalid_client"),
    ] {
        let case = format!("{reply:?}");
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        let cached = env.token(&mut browser).await;
        env.clock.advance(HOUR - 10);
        env.provider.reply(Endpoint::Refresh, reply);
        for _ in 0..9 {
            assert_eq!(env.token(&mut browser).await, cached, "{case}");
            env.clock.advance(1);
        }
        // At 0, 2 and 6 seconds at most.
        assert!(refreshes(&env.provider) <= 3, "{case}");
    }
}

/// Each page view reports the misconfiguration; one request is sent.
#[tokio::test]
async fn a_misconfiguration_is_backed_off_too() {
    for (code, cause) in [
        ("invalid_client", "client_rejected"),
        ("unauthorized_client", "grant_not_allowed"),
        ("unsupported_grant_type", "refused_by_provider"),
        ("invalid_scope", "refused_by_provider"),
        ("invalid_target", "audience_unknown"),
    ] {
        for status in [400, 401, 200] {
            let env = TestEnv::new().await;
            let mut browser = env.logged_in("alice").await;
            env.clock.advance(2 * HOUR);
            env.provider
                .reply(Endpoint::Refresh, Reply::error(status, code));
            for _ in 0..20 {
                let response = browser.get("/token").await;
                assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR, "{code}");
                assert_eq!(response.json()["code"], cause, "{code} {status}");
            }
            assert_eq!(refreshes(&env.provider), 1, "{code} {status}");
            assert_eq!(browser.whoami().await, "auth0|alice");
            env.provider.recover(Endpoint::Refresh);
            env.clock.advance(2);
            env.token(&mut browser).await;
        }
    }
}

#[tokio::test]
async fn rejected_credentials_back_off_every_user_and_a_refused_api_only_its_own_tokens() {
    let env = TestEnv::new().await;
    let (mut alice, mut bob) = (env.logged_in("alice").await, env.logged_in("bob").await);
    env.clock.advance(2 * HOUR);
    env.provider
        .reply(Endpoint::Refresh, Reply::error(401, "invalid_client"));
    for user in [&mut alice, &mut bob] {
        views(user, 5, StatusCode::INTERNAL_SERVER_ERROR).await;
    }
    assert_eq!(refreshes(&env.provider), 1);

    env.clock.advance(2);
    env.provider
        .reply(Endpoint::Refresh, Reply::error(400, "invalid_target"));
    for _ in 0..5 {
        let response = alice.get("/token/orders").await;
        assert_eq!(
            response.json()["code"],
            "audience_unknown",
            "{}",
            response.body
        );
    }
    assert_eq!(refreshes(&env.provider), 2);
    env.provider.recover(Endpoint::Refresh);
    env.token(&mut alice).await;
    env.token(&mut bob).await;
}

#[tokio::test]
async fn a_login_is_always_sent_and_ends_the_backoff() {
    let env = TestEnv::new().await;
    let mut alice = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    env.provider.reply(Endpoint::Refresh, Reply::status(503));
    for _ in 0..200 {
        views(&mut alice, 1, StatusCode::SERVICE_UNAVAILABLE).await;
        env.clock.advance(1);
    }
    env.provider.recover(Endpoint::Refresh);
    let mut bob = env.browser();
    bob.log_in(&env.provider, "bob").await;
    let response = bob.get("/token/orders").await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    // Alice logs in again instead of waiting.
    alice.log_in(&env.provider, "alice").await;
    let response = alice.get("/token/orders").await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
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

const SCRIPT: [(&str, &str); 3] = [
    ("sec-fetch-site", "same-origin"),
    ("sec-fetch-mode", "cors"),
    ("sec-fetch-dest", "empty"),
];

/// Returns the paths of tokens with the subsets of five scopes.
fn subsets() -> Vec<String> {
    let scopes = ["a:p", "b:p", "c:p", "d:p", "e:p"];
    let subset = |bits: usize| {
        let chosen = scopes
            .iter()
            .enumerate()
            .filter(|(n, _)| bits & (1 << n) != 0);
        chosen
            .map(|(_, scope)| *scope)
            .collect::<Vec<_>>()
            .join("+")
    };
    (1..31)
        .map(|bits| format!("/auth/access-token?scope={}", subset(bits)))
        .collect()
}

async fn with_five_scopes() -> TestEnv {
    TestEnvBuilder::new()
        .set("AUTH0_EXPOSE_ACCESS_TOKENS_FOR", PRODUCTS)
        .set("PRODUCTS_API_SCOPE", "a:p b:p c:p d:p e:p")
        .build()
        .await
}

#[tokio::test]
async fn changing_scopes_do_not_cause_unlimited_requests() {
    for (case, count, paths) in [
        ("seventeen in turn", 17, subsets()[..17].to_vec()),
        ("thirty in turn", 17, subsets()),
        ("sixteen in turn", 16, subsets()[..16].to_vec()),
    ] {
        let env = with_five_scopes().await;
        let mut browser = env.logged_in("alice").await;
        let mut refused = 0;
        for _ in 0..10 {
            for path in &paths {
                let response = browser.fetch(path, &SCRIPT).await;
                if response.status == StatusCode::TOO_MANY_REQUESTS {
                    refused += 1;
                    assert!(response.header("retry-after").is_some());
                    assert_eq!(response.json()["error"]["code"], "too_many_tokens");
                } else {
                    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
                }
            }
        }
        assert_eq!(refreshes(&env.provider), count, "{case}");
        assert_eq!(refused > 0, paths.len() > 16, "{case}");
        // The application's own tokens are not affected.
        env.token(&mut browser).await;
        let response = browser.get("/token/orders").await;
        assert_eq!(response.status, StatusCode::OK, "{}", response.body);
        // A minute later one more is allowed.
        env.clock.advance(60);
        let before = refreshes(&env.provider);
        for path in &paths {
            browser.fetch(path, &SCRIPT).await;
        }
        assert!(refreshes(&env.provider) <= before + 1, "{case}");
    }
}

#[tokio::test]
async fn changing_scopes_that_are_refused_do_not_cause_unlimited_requests() {
    let env = with_five_scopes().await;
    let mut browser = env.logged_in("alice").await;
    env.provider
        .reply(Endpoint::Refresh, Reply::error(400, "invalid_scope"));
    for _ in 0..5 {
        for path in subsets() {
            let response = browser.fetch(&path, &SCRIPT).await;
            assert_ne!(response.status, StatusCode::OK, "{}", response.body);
        }
    }
    assert_eq!(refreshes(&env.provider), 16);
    env.token(&mut browser).await;
}

/// A rejected token is requested again at growing intervals.
#[tokio::test]
async fn a_provider_that_keeps_issuing_rejected_tokens_is_backed_off() {
    let env = TestEnv::new().await;
    env.provider
        .modify(Part::AccessToken, |claims: &mut Value| {
            claims["aud"] = json!(ORDERS);
        });
    let mut browser = env.logged_in("alice").await;
    for _ in 0..600 {
        views(&mut browser, 1, StatusCode::INTERNAL_SERVER_ERROR).await;
        env.clock.advance(1);
    }
    // At 30, 60, 120 and 240 seconds, and at 480.
    assert_eq!(refreshes(&env.provider), 5);
}
