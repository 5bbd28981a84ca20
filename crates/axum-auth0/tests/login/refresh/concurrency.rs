//! Concurrent calls, users, logins and APIs.

use futures::future::join_all;
use http::StatusCode;
use serde_json::json;
use test_support::{Endpoint, ORDERS, PRODUCTS, Part, Reply};

use super::HOUR;
use crate::app::TestEnv;

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
