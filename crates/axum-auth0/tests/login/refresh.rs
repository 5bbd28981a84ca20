//! Refresh of access tokens: in time, once, and without losing a refresh token.

use futures::future::join_all;
use http::StatusCode;
use serde_json::json;

use axum_auth0::store::{LeaseOutcome, Store as _};

use crate::app::{TestEnv, TestEnvBuilder};
use test_support::{Endpoint, ORDERS, PRODUCTS, Part, Reply, Rotation};

const HOUR: i64 = 3_600;

#[tokio::test]
async fn a_cached_token_is_used_until_shortly_before_it_expires() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let first = env.token(&mut browser).await;
    assert_eq!(first["sub"], "auth0|alice");
    assert_eq!(first["audience"], PRODUCTS);
    env.clock.advance(HOUR - 61);
    assert_eq!(env.token(&mut browser).await, first);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 0);
    env.clock.advance(1);
    let second = env.token(&mut browser).await;
    assert_ne!(second["fingerprint"], first["fingerprint"]);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
    assert_eq!(env.token(&mut browser).await, second);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_calls_with_an_expired_token_refresh_once() {
    let env = TestEnv::new().await;
    let browser = env.logged_in("alice").await;
    let old = env.token(&mut browser.clone()).await;
    env.clock.advance(2 * HOUR);
    let gate = env.provider.gate(Endpoint::Refresh);
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let mut tab = browser.clone();
            tokio::spawn(async move { tab.get("/token").await })
        })
        .collect();
    env.provider.wait_for_requests(Endpoint::Refresh, 1).await;
    gate.release_all();
    let mut fingerprints = std::collections::HashSet::new();
    for call in join_all(calls).await {
        let response = call.unwrap();
        assert_eq!(response.status, StatusCode::OK, "{}", response.body);
        fingerprints.insert(response.json()["fingerprint"].as_str().unwrap().to_owned());
    }
    assert_eq!(fingerprints.len(), 1);
    assert!(!fingerprints.contains(old["fingerprint"].as_str().unwrap()));
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
    assert_eq!(env.provider.revoked_families(), 0);
}

/// CVE-2025-67490, CVE-2026-40155.
#[tokio::test(flavor = "multi_thread")]
async fn two_users_never_share_a_token() {
    let env = TestEnv::new().await;
    let alice = env.logged_in("alice").await;
    let bob = env.logged_in("bob").await;
    for round in 0..10 {
        env.clock.advance(2 * HOUR);
        let calls = (0..20).map(|call| {
            let (user, mut tab) = if call % 2 == 0 {
                ("auth0|alice", alice.clone())
            } else {
                ("auth0|bob", bob.clone())
            };
            tokio::spawn(async move { (user, tab.get("/token").await) })
        });
        for call in join_all(calls).await {
            let (user, response) = call.unwrap();
            assert_eq!(response.json()["sub"], user, "round {round}");
        }
        assert_eq!(
            env.provider.request_count(Endpoint::Refresh),
            2 * (round + 1)
        );
    }
}

/// One user in two browsers has two logins, each with its own family of refresh tokens.
#[tokio::test]
async fn two_logins_of_one_user_are_independent() {
    let env = TestEnv::new().await;
    let mut phone = env.logged_in("alice").await;
    let mut laptop = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    let (a, b) = (env.token(&mut phone).await, env.token(&mut laptop).await);
    assert_ne!(a["fingerprint"], b["fingerprint"]);
    phone.post("/auth/logout", "").await;
    assert_eq!(laptop.get("/token/renewed").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_for_two_apis_are_refreshed_one_after_the_other() {
    let env = TestEnv::new().await;
    let browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    for round in 0..5 {
        let calls = (0..10).map(|call| {
            let (path, audience) = if call % 2 == 0 {
                ("/token", PRODUCTS)
            } else {
                ("/token/orders", ORDERS)
            };
            let mut tab = browser.clone();
            tokio::spawn(async move { (audience, tab.get(path).await) })
        });
        for call in join_all(calls).await {
            let (audience, response) = call.unwrap();
            assert_eq!(response.status, StatusCode::OK, "{}", response.body);
            let token = response.json();
            assert_eq!(token["audience"], audience);
            assert_eq!(token["aud"][0], audience);
        }
        assert_eq!(
            env.provider.request_count(Endpoint::Refresh),
            2 * (round + 1)
        );
        assert_eq!(
            env.provider.revoked_families(),
            0,
            "no refresh token was used twice"
        );
        env.clock.advance(2 * HOUR);
    }
}

/// Waiters of a slow refresh do not send it again.
#[tokio::test]
async fn waiters_share_the_failure_of_a_refresh() {
    let env = TestEnv::new().await;
    let browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    env.provider.reply(Endpoint::Refresh, Reply::busy(503, "7"));
    let gate = env.provider.gate(Endpoint::Refresh);
    let before = env.store.load_count();
    let calls: Vec<_> = (0..10)
        .map(|_| {
            let mut tab = browser.clone();
            tokio::spawn(async move { tab.get("/token").await })
        })
        .collect();
    env.provider.wait_for_requests(Endpoint::Refresh, 1).await;
    // One loads the login, before and under the lease; the others wait for it.
    env.store.wait_for_loads_and_idle(before, 2).await;
    // The provider is slow.
    env.clock.advance(5);
    gate.release_all();
    for call in join_all(calls).await {
        let response = call.unwrap();
        assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.header("retry-after"), Some("7"));
    }
    assert_eq!(
        env.provider.request_count(Endpoint::Refresh),
        1,
        "one for all ten"
    );
    // The session is kept, and works after the back-off.
    env.provider.recover(Endpoint::Refresh);
    env.clock.advance(7);
    env.token(&mut browser.clone()).await;
}

#[tokio::test]
async fn a_refresh_survives_a_response_that_fails() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for round in 1..=3 {
        env.clock.advance(2 * HOUR);
        assert_eq!(
            browser.get("/failing").await.status,
            StatusCode::BAD_GATEWAY
        );
        assert_eq!(env.provider.request_count(Endpoint::Refresh), round);
    }
    env.token(&mut browser).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 3);
    assert_eq!(env.provider.revoked_families(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_survives_a_client_that_hangs_up() {
    let env = TestEnv::new().await;
    let browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    let gate = env.provider.gate(Endpoint::Refresh);
    let mut tab = browser.clone();
    let call = tokio::spawn(async move { tab.get("/token").await });
    env.provider.wait_for_requests(Endpoint::Refresh, 1).await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    gate.release_all();
    // The next request finds the result or waits for it.
    env.token(&mut browser.clone()).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
    env.clock.advance(2 * HOUR);
    env.token(&mut browser.clone()).await;
    assert_eq!(env.provider.revoked_families(), 0);
}

/// Without rotation the old refresh token stays; with rotation the new one replaces it.
#[tokio::test]
async fn refresh_tokens_are_kept_or_rotated_as_the_provider_says() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.rotation = Rotation::Never);
    let mut browser = env.logged_in("alice").await;
    for _ in 0..3 {
        env.clock.advance(2 * HOUR);
        env.token(&mut browser).await;
    }
    let used: Vec<_> = env
        .provider
        .requests(Endpoint::Refresh)
        .iter()
        .map(|request| request.get("refresh_token").unwrap().to_owned())
        .collect();
    assert_eq!(used.len(), 3);
    assert!(used.iter().all(|token| *token == used[0]));

    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for _ in 0..3 {
        env.clock.advance(2 * HOUR);
        env.token(&mut browser).await;
    }
    let mut used: Vec<_> = env
        .provider
        .requests(Endpoint::Refresh)
        .iter()
        .map(|request| request.get("refresh_token").unwrap().to_owned())
        .collect();
    used.dedup();
    assert_eq!(used.len(), 3);
}

#[tokio::test]
async fn a_failed_refresh_ends_the_session_only_on_invalid_grant() {
    for (case, reply, status, kept) in [
        (
            "invalid_grant",
            Reply::error(400, "invalid_grant"),
            401,
            false,
        ),
        (
            "invalid_grant with 403, as Auth0 responds",
            Reply::error(403, "invalid_grant"),
            401,
            false,
        ),
        (
            "invalid_client",
            Reply::error(401, "invalid_client"),
            500,
            true,
        ),
        (
            "invalid_target",
            Reply::error(400, "invalid_target"),
            500,
            true,
        ),
        (
            "an unregistered error",
            Reply::error(400, "unregistered_code"),
            503,
            true,
        ),
        (
            "temporarily_unavailable",
            Reply::error(400, "temporarily_unavailable"),
            503,
            true,
        ),
        (
            "plain text 403",
            Reply::text(403, "text/plain", "Forbidden"),
            503,
            true,
        ),
        ("empty 400", Reply::status(400), 503, true),
        ("429", Reply::busy(429, "30"), 503, true),
        ("503", Reply::busy(503, "30"), 503, true),
        ("HTML 500", Reply::html(500), 503, true),
        (
            "invalid_grant with 500",
            Reply::error(500, "invalid_grant"),
            503,
            true,
        ),
        ("HTML 200", Reply::html(200), 503, true),
        ("empty 200", Reply::status(200), 503, true),
        ("truncated", Reply::Truncated, 503, true),
    ] {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        env.clock.advance(2 * HOUR);
        env.provider.reply(Endpoint::Refresh, reply);
        let response = browser.get("/token").await;
        assert_eq!(
            response.status.as_u16(),
            status,
            "{case}: {}",
            response.body
        );
        assert_eq!(env.store.logins().await.len(), usize::from(kept), "{case}");
        let waits = matches!(case, "429" | "503");
        assert_eq!(
            response.header("retry-after") == Some("30"),
            waits,
            "{case}"
        );
        env.provider.recover(Endpoint::Refresh);
        env.clock.advance(30);
        let again = browser.get_json("/token").await.status.as_u16();
        assert_eq!(again, if kept { 200 } else { 401 }, "{case}");
    }
}

/// The provider rotated the refresh token and its response was lost. One login follows, not a loop.
#[tokio::test]
async fn a_lost_response_costs_one_login() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    env.provider
        .modify(Part::RefreshResponse, |response| *response = json!("lost"));
    let response = browser.get("/token").await;
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        browser.whoami().await,
        "auth0|alice",
        "the outcome is not known yet"
    );
    env.provider.reset(Part::RefreshResponse);
    env.clock.advance(2);
    assert_eq!(
        browser.get_json("/token").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(browser.whoami().await, "anonymous");
    browser.log_in(&env.provider, "alice").await;
    env.clock.advance(2 * HOUR);
    env.token(&mut browser).await;
}

#[tokio::test]
async fn a_valid_token_is_used_while_the_provider_is_down() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(HOUR - 30);
    for reply in [Reply::html(500), Reply::error(401, "invalid_client")] {
        env.provider.reply(Endpoint::Refresh, reply);
        assert_eq!(browser.get("/token").await.status, StatusCode::OK);
        env.clock.advance(2);
    }
    // A caller whose token the API refused does not get it again.
    assert_ne!(browser.get("/token/renewed").await.status, StatusCode::OK);
    env.clock.advance(60);
    assert_ne!(
        browser.get("/token").await.status,
        StatusCode::OK,
        "it expired"
    );
}

/// The application requests a new token after a 401 of the API.
#[tokio::test]
async fn a_forced_refresh_replaces_a_token_that_looks_good() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let first = env.token(&mut browser).await;
    let renewed = browser.get("/token/renewed").await.json();
    assert_ne!(renewed["fingerprint"], first["fingerprint"]);
    assert_eq!(env.token(&mut browser).await, renewed);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
}

#[tokio::test]
async fn unusual_refresh_responses_are_accepted() {
    for (case, member, value) in [
        ("the same refresh token", "refresh_token", None),
        ("no expires_in", "expires_in", Some(json!(null))),
        ("expires_in as a string", "expires_in", Some(json!("3600"))),
        ("no scope", "scope", Some(json!(null))),
        ("no ID token", "id_token", Some(json!(null))),
    ] {
        let env = TestEnv::new().await;
        env.provider
            .policy(|policy| policy.rotation = Rotation::Never);
        let mut browser = env.logged_in("alice").await;
        env.provider.modify(Part::RefreshResponse, move |response| {
            if let Some(value) = &value {
                response[member] = value.clone();
            }
        });
        for _ in 0..2 {
            env.clock.advance(2 * HOUR);
            let response = browser.get("/token").await;
            assert_eq!(response.status, StatusCode::OK, "{case}: {}", response.body);
        }
        assert_eq!(env.provider.request_count(Endpoint::Refresh), 2, "{case}");
    }
}

/// A token without an expiry is used until the API refuses it.
#[tokio::test]
async fn a_token_without_expiry_is_used_until_it_is_refused() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::AccessToken, |claims| {
        drop(claims.as_object_mut().unwrap().remove("exp"));
    });
    env.provider.modify(Part::ExchangeResponse, |response| {
        drop(response.as_object_mut().unwrap().remove("expires_in"));
    });
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(20 * HOUR);
    env.token(&mut browser).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 0);
    assert_eq!(browser.get("/token/renewed").await.status, StatusCode::OK);
}

/// A token with a lifetime of seconds is not refreshed at every use.
#[tokio::test]
async fn a_short_lived_token_is_refreshed_a_fifth_of_its_lifetime_before_it_expires() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::AccessToken, |claims| {
        claims["exp"] = json!(claims["iat"].as_i64().unwrap() + 50);
    });
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(39);
    env.token(&mut browser).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 0);
    env.clock.advance(1);
    env.token(&mut browser).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
}

/// The store fails while the new refresh token is saved.
#[tokio::test]
async fn saving_a_new_refresh_token_is_retried() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    env.store.fail_swaps(1);
    env.token(&mut browser).await;
    env.clock.advance(2 * HOUR);
    env.token(&mut browser).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 2);
    assert_eq!(env.provider.revoked_families(), 0);
}

/// The store is away for longer than a few attempts, as during a restart of a database.
#[tokio::test]
async fn a_new_refresh_token_survives_an_outage_of_the_store() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    env.store.fail_swaps(8);
    env.token(&mut browser).await;
    env.clock.advance(2 * HOUR);
    env.token(&mut browser).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 2);
    assert_eq!(env.provider.revoked_families(), 0);
}

/// A refresh does not restore a session that was logged out. Its tokens are revoked.
#[tokio::test(flavor = "multi_thread")]
async fn a_logout_during_a_refresh_wins() {
    let env = TestEnv::new().await;
    let browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    let gate = env.provider.gate(Endpoint::Refresh);
    let mut tab = browser.clone();
    let call = tokio::spawn(async move { tab.get("/token").await });
    env.provider.wait_for_requests(Endpoint::Refresh, 1).await;
    let mut other = browser.clone();
    let response = other.post("/auth/logout", "").await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    gate.release_all();
    assert_eq!(call.await.unwrap().status, StatusCode::UNAUTHORIZED);
    assert!(env.store.logins().await.is_empty());
    assert!(env.store.records().await.is_empty());
    assert_eq!(browser.clone().whoami().await, "anonymous");
    let revoked = env.provider.requests(Endpoint::Revocation);
    let tokens: Vec<_> = revoked.iter().map(|request| request.get("token")).collect();
    assert_eq!(tokens.len(), 2, "the old refresh token and the new one");
    assert_ne!(tokens[0], tokens[1]);
}

/// Two processes share a store. The second one waits for the first and uses its result.
#[tokio::test(flavor = "multi_thread")]
async fn two_processes_refresh_once() {
    let env = TestEnv::new().await;
    let replica = env.restarted(&[]).await;
    let browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    let gate = env.provider.gate(Endpoint::Refresh);
    let mut here = browser.clone();
    let first = tokio::spawn(async move { here.get("/token").await });
    env.provider.wait_for_requests(Endpoint::Refresh, 1).await;
    let mut there = browser.clone().with_router(&replica);
    let loads = env.store.load_count();
    let second = tokio::spawn(async move { there.get("/token").await });
    env.store.wait_for_loads(loads, 5).await;
    gate.release_all();
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    assert_eq!(first.json()["fingerprint"], second.json()["fingerprint"]);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
}

/// A process whose lease expired has sent the refresh token anyway. The process whose refresh token was consumed by another one
/// uses that one's result.
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_that_another_process_won_does_not_end_the_session() {
    let env = TestEnv::new().await;
    let replica = env.restarted(&[]).await;
    let browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    // Both have sent the same refresh token; the provider refuses the second.
    let gate = env.provider.gate(Endpoint::Refresh);
    let mut here = browser.clone();
    let first = tokio::spawn(async move { here.get("/token").await });
    env.provider.wait_for_requests(Endpoint::Refresh, 1).await;
    env.provider
        .reply(Endpoint::Refresh, Reply::error(403, "invalid_grant"));
    // Its lease has expired.
    env.clock.advance(10);
    let mut there = browser.clone().with_router(&replica);
    let (response, ()) = tokio::join!(there.get("/token"), async {
        env.provider.wait_for_requests(Endpoint::Refresh, 2).await;
        gate.release_one();
        assert_eq!(first.await.unwrap().status, StatusCode::OK);
        gate.release_all();
    });
    assert_eq!(
        response.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        response.body
    );
    assert_eq!(response.header("retry-after"), Some("1"));
    env.provider.recover(Endpoint::Refresh);
    assert_eq!(there.get("/token").await.status, StatusCode::OK);
    assert_eq!(browser.clone().whoami().await, "auth0|alice");
}

/// A process that could not renew its lease, because the store was away, has a new refresh token and saves it when the store is
/// back. The process that takes over the lease at the same time does not send the consumed refresh token.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_takes_over_a_lease_leaves_time_for_the_save_of_the_previous_one() {
    let env = TestEnv::new().await;
    let replica = env.restarted(&[]).await;
    let browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    let gate = env.provider.gate(Endpoint::Refresh);
    let mut here = browser.clone();
    let first = tokio::spawn(async move { here.get("/token").await });
    env.provider.wait_for_requests(Endpoint::Refresh, 1).await;
    env.clock.advance(10);
    let mut there = browser.clone().with_router(&replica);
    let loads = env.store.load_count();
    let second = tokio::spawn(async move { there.get("/token").await });
    env.store.wait_for_loads(loads, 2).await;
    env.store.fail_swaps(2);
    gate.release_all();
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    assert_eq!(first.json()["fingerprint"], second.json()["fingerprint"]);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
}

/// The lease of a process that is killed during a refresh expires.
#[tokio::test(flavor = "multi_thread")]
async fn the_lease_of_a_killed_process_expires() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    let (login, now) = (env.store.login().await.id, env.clock_now());
    let lease = env.store.lease_login(&login, &[1; 16], now, now + 6).await;
    assert_eq!(lease.unwrap(), LeaseOutcome::Acquired { abandoned: false });
    let loads = env.store.load_count();
    let call = tokio::spawn(async move { browser.get("/token").await });
    env.store.wait_for_loads(loads, 5).await;
    assert_eq!(
        env.provider.request_count(Endpoint::Refresh),
        0,
        "the lease is held"
    );
    env.clock.advance(6);
    assert_eq!(call.await.unwrap().status, StatusCode::OK);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
}

/// With RFC 8707, each token request names the resource, or the audience changes; the login names all resources.
#[tokio::test]
async fn the_resource_is_repeated_at_the_token_endpoint_and_at_each_refresh() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_AUDIENCE_PARAMETER", "resource")
        .build()
        .await;
    env.provider
        .policy(|policy| policy.resource_indicators = true);
    let mut browser = env.browser();
    browser.log_in(&env.provider, "alice").await;
    env.token(&mut browser).await;
    env.clock.advance(2 * HOUR);
    assert_eq!(env.token(&mut browser).await["aud"][0], PRODUCTS);
    assert_eq!(browser.get("/token/orders").await.json()["aud"][0], ORDERS);
    let resources = |endpoint| -> Vec<String> {
        let requests = env.provider.requests(endpoint);
        assert!(
            requests
                .iter()
                .all(|request| request.get("audience").is_none())
        );
        let resources = requests.iter().flat_map(|request| request.all("resource"));
        resources.map(str::to_owned).collect()
    };
    assert_eq!(resources(Endpoint::Authorize), [PRODUCTS, ORDERS]);
    assert_eq!(resources(Endpoint::Exchange), [PRODUCTS]);
    assert_eq!(resources(Endpoint::Refresh), [PRODUCTS, ORDERS]);
    let login = &env.provider.requests(Endpoint::Authorize)[0];
    let scope = login.get("scope").unwrap();
    assert!(
        scope.contains("read:orders"),
        "a refresh only narrows: {scope}"
    );
    let refreshes = env.provider.requests(Endpoint::Refresh);
    assert_eq!(refreshes[0].get("scope"), None);
    assert_eq!(refreshes[1].get("scope"), Some("read:orders"));
}

/// The connection is lost, so it is unknown whether the refresh token was consumed. It is presented once more, at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_retried_once_with_the_same_refresh_token() {
    for (case, rotation, status) in [
        (
            "the provider keeps refresh tokens",
            Rotation::Never,
            StatusCode::OK,
        ),
        // It was consumed, and the provider detects reuse. This case is unavoidable.
        (
            "the provider rotates them",
            Rotation::Strict,
            StatusCode::UNAUTHORIZED,
        ),
    ] {
        let env = TestEnv::new().await;
        env.provider.policy(|policy| policy.rotation = rotation);
        let mut browser = env.logged_in("alice").await;
        env.clock.advance(2 * HOUR);
        env.provider.truncate_next(Endpoint::Refresh);
        let response = browser.get("/token").await;
        assert_eq!(response.status, status, "{case}: {}", response.body);
        assert_eq!(env.provider.request_count(Endpoint::Refresh), 2, "{case}");
        let logged_in = if status == StatusCode::OK {
            "auth0|alice"
        } else {
            "anonymous"
        };
        assert_eq!(browser.whoami().await, logged_in, "{case}");
    }
}

/// An API that refuses every token does not flood the provider: a late caller gets the token that was just refreshed.
#[tokio::test]
async fn forced_refreshes_within_half_a_minute_share_one_request() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let cached = env.token(&mut browser).await;
    let first = browser.get("/token/renewed").await.json();
    assert_ne!(first["fingerprint"], cached["fingerprint"]);
    for _ in 0..10 {
        assert_eq!(browser.get("/token/renewed").await.json(), first);
    }
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
    env.clock.advance(30);
    let second = browser.get("/token/renewed").await.json();
    assert_ne!(second["fingerprint"], first["fingerprint"]);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 2);
}

/// A provider that keeps issuing the wrong token is not asked at every call, but again after half a minute.
#[tokio::test]
async fn a_rejected_token_is_not_requested_again_for_a_while() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::AccessToken, |claims| {
        claims["aud"] = json!("https://other.example.com");
    });
    let mut browser = env.logged_in("alice").await;
    for _ in 0..5 {
        assert_eq!(
            browser.get("/token").await.json()["code"],
            "default_audience"
        );
    }
    assert_eq!(
        env.provider.request_count(Endpoint::Refresh),
        0,
        "the login has issued it"
    );
    env.clock.advance(30);
    for _ in 0..5 {
        assert_eq!(
            browser.get("/token").await.json()["code"],
            "default_audience"
        );
    }
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
    env.provider.reset(Part::AccessToken);
    env.clock.advance(30);
    env.token(&mut browser).await;
}

/// The scopes of a call are requested for that call; the token with the configured scopes stays.
#[tokio::test]
async fn a_token_with_extra_scopes_is_cached_separately() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let usual = browser.get("/token/orders").await.json();
    let wider = browser.get("/token/orders/writing").await.json();
    assert_ne!(usual["fingerprint"], wider["fingerprint"]);
    assert_eq!(browser.get("/token/orders").await.json(), usual);
    assert_eq!(browser.get("/token/orders/writing").await.json(), wider);
    let scopes: Vec<_> = env.provider.requests(Endpoint::Refresh);
    let scopes: Vec<_> = scopes
        .iter()
        .map(|request| request.get("scope").unwrap())
        .collect();
    assert_eq!(scopes, ["read:orders", "read:orders write:orders"]);
}

/// An opaque token is accepted only for the API that is configured for it.
#[tokio::test]
async fn opaque_tokens_need_an_opt_in() {
    let env = TestEnvBuilder::new()
        .set("PRODUCTS_API_TOKEN_FORMAT", "opaque")
        .build()
        .await;
    env.provider
        .policy(|policy| policy.opaque_access_tokens = true);
    let mut browser = env.logged_in("alice").await;
    let response = browser.get("/token/opaque").await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    env.clock.advance(2 * HOUR);
    let renewed = browser.get("/token/opaque").await;
    assert_eq!(renewed.status, StatusCode::OK, "{}", renewed.body);
    assert_ne!(renewed.body, response.body);
    let response = browser.get("/token/orders").await;
    assert_eq!(
        response.json()["code"],
        "opaque_token",
        "ORDERS is not configured for it"
    );
}

/// Many sessions that expire together do not overload the provider.
#[tokio::test(flavor = "multi_thread")]
async fn concurrent_refreshes_are_limited() {
    let env = TestEnv::new().await;
    let mut browsers = Vec::new();
    for number in 0..40 {
        browsers.push(env.logged_in(&format!("user{number}")).await);
    }
    env.clock.advance(2 * HOUR);
    let gate = env.provider.gate(Endpoint::Refresh);
    let calls: Vec<_> = browsers
        .into_iter()
        .map(|mut browser| tokio::spawn(async move { browser.get("/token").await }))
        .collect();
    env.provider.wait_for_requests(Endpoint::Refresh, 32).await;
    // Each completed request allows one more.
    for seen in 33..=40 {
        assert_eq!(env.provider.request_count(Endpoint::Refresh), seen - 1);
        gate.release_one();
        env.provider
            .wait_for_requests(Endpoint::Refresh, seen)
            .await;
    }
    gate.release_all();
    for call in join_all(calls).await {
        assert_eq!(call.unwrap().status, StatusCode::OK);
    }
}

/// After the refresh token is revoked, the access token is valid until it expires.
#[tokio::test]
async fn a_revoked_refresh_token_ends_the_session_with_its_access_token() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let cached = env.token(&mut browser).await;
    assert_eq!(browser.get("/token/revoke").await.body, "revoked");
    assert_eq!(env.provider.request_count(Endpoint::Revocation), 1);
    assert_eq!(env.provider.revoked_families(), 1);
    assert_eq!(env.token(&mut browser).await, cached);
    assert_eq!(
        browser.get("/token/revoke").await.body,
        "revoked",
        "nothing is left to do"
    );
    env.clock.advance(2 * HOUR);
    // Not a misconfiguration: the application revoked it.
    let response = browser.get("/token").await;
    assert_eq!(
        response.status,
        StatusCode::UNAUTHORIZED,
        "{}",
        response.body
    );
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 0);

    // It is used until it expires: there is no refresh token to refresh it ahead of that.
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let cached = env.token(&mut browser).await;
    browser.get("/token/revoke").await;
    env.clock.advance(HOUR - 1);
    assert_eq!(env.token(&mut browser).await, cached);

    // If the provider is down, the refresh token is kept.
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.provider.reply(Endpoint::Revocation, Reply::status(503));
    assert_ne!(browser.get("/token/revoke").await.body, "revoked");
    env.clock.advance(2 * HOUR);
    env.token(&mut browser).await;
}

/// A caller that waited for the refresh of another API does not get its failure.
#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_token_of_one_api_is_not_shared_with_another() {
    let env = TestEnv::new().await;
    let browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    env.provider.modify(Part::AccessToken, |claims| {
        if claims["aud"].to_string().contains(ORDERS) {
            claims["aud"] = json!("https://other.example.com");
        }
    });
    let gate = env.provider.gate(Endpoint::Refresh);
    let mut tab = browser.clone();
    let orders = tokio::spawn(async move { tab.get("/token/orders").await });
    env.provider.wait_for_requests(Endpoint::Refresh, 1).await;
    let reads = env.store.read_count();
    let mut tab = browser.clone();
    let products = tokio::spawn(async move { tab.get("/token").await });
    env.store.wait_for_reads(reads, 1).await;
    gate.release_all();
    let orders = orders.await.unwrap();
    assert_eq!(orders.json()["code"], "default_audience", "{}", orders.body);
    let products = products.await.unwrap();
    assert_eq!(products.status, StatusCode::OK, "{}", products.body);
}

#[tokio::test]
async fn a_token_is_refreshed_as_early_as_the_configuration_says() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_TOKEN_REFRESH_BUFFER", "600")
        .build()
        .await;
    let mut browser = env.logged_in("alice").await;
    let first = env.token(&mut browser).await;
    env.clock.advance(HOUR - 601);
    assert_eq!(env.token(&mut browser).await, first);
    env.clock.advance(1);
    assert_ne!(env.token(&mut browser).await, first);
}
