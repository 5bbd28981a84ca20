//! How long data lives, and which processes see it.

use axum::{Router, routing::post};
use futures::future::join_all;
use http::StatusCode;
use test_support::Endpoint;

use super::{add, products, shop};
use crate::{
    app::TestEnv,
    stores::{site_on, stores},
};

#[tokio::test]
async fn data_lives_as_long_as_the_session() {
    for store in &stores().await {
        let env = site_on(store, &[]).await;
        let (mut browser, _) = shop(&env).await;
        assert!(products(&mut browser).await.is_empty());
        assert_eq!(browser.post("/cart/vase", "").await.body, "1");
        assert_eq!(browser.post("/cart/jug", "").await.body, "2");
        assert_eq!(browser.post("/visit", "").await.body, "1");
        assert_eq!(products(&mut browser).await, ["vase", "jug"]);
        assert_eq!(browser.whoami().await, "auth0|alice");

        let response = browser.post("/cart/clear", "").await;
        assert_eq!(response.status, StatusCode::OK);
        assert!(products(&mut browser).await.is_empty());
        assert_eq!(
            browser.post("/visit", "").await.body,
            "2",
            "other data stays"
        );

        browser.post("/cart/vase", "").await;
        browser.log_in(&env.provider, "alice").await;
        assert!(products(&mut browser).await.is_empty(), "{}", store.name);
    }
}

#[tokio::test]
async fn concurrent_updates_all_survive() {
    for store in &stores().await {
        let env = site_on(store, &[]).await;
        let (mut browser, _) = shop(&env).await;
        let updates = (0..20).map(|number| {
            let mut browser = browser.clone();
            async move { browser.post(&format!("/cart/{number}"), "").await.status }
        });
        for status in join_all(updates).await {
            assert_eq!(status, StatusCode::OK, "{}", store.name);
        }
        let mut all = products(&mut browser).await;
        all.sort_by_key(|product| product.parse::<u32>().unwrap());
        let expected: Vec<_> = (0..20).map(|number| number.to_string()).collect();
        assert_eq!(all, expected, "{}", store.name);
    }
}

#[tokio::test]
async fn another_process_sees_an_update_at_the_next_request() {
    for store in &stores().await {
        let env = site_on(store, &[]).await;
        let (mut browser, _) = shop(&env).await;
        assert!(products(&mut browser).await.is_empty());
        let replica = env.auth0_builder().build().await.unwrap();
        let site = replica.wrap(Router::new().route("/cart/{product}", post(add)));
        let mut elsewhere = browser.clone().with_router(&site);
        assert_eq!(elsewhere.post("/cart/vase", "").await.body, "1");
        assert_eq!(products(&mut browser).await, ["vase"], "{}", store.name);
        assert_eq!(elsewhere.post("/cart/jug", "").await.body, "2");
        assert_eq!(products(&mut browser).await, ["vase", "jug"]);
    }
}

/// The store reports changes, but this one was not reported yet.
#[tokio::test]
async fn another_process_sees_an_update_at_once_although_its_session_is_cached() {
    let env = TestEnv::new().await;
    let (mut browser, _) = shop(&env).await;
    let feed = env.store.open_feed();
    drop(env.auth0.spawn_maintenance());
    feed.prove().await;
    for _ in 0..2 {
        assert!(products(&mut browser).await.is_empty());
    }
    let replica = env.auth0_builder().build().await.unwrap();
    let site = replica.wrap(Router::new().route("/cart/{product}", post(add)));
    let mut elsewhere = browser.clone().with_router(&site);
    assert_eq!(elsewhere.post("/cart/vase", "").await.body, "1");
    assert_eq!(products(&mut browser).await, ["vase"]);
}

#[tokio::test]
async fn reading_needs_no_further_read_of_the_store() {
    let env = TestEnv::new().await;
    let (mut browser, _) = shop(&env).await;
    browser.post("/cart/vase", "").await;
    products(&mut browser).await;
    let before = env.store.read_count();
    products(&mut browser).await;
    assert_eq!(env.store.read_count() - before, 1, "that of the session");
}

#[tokio::test]
async fn an_update_does_not_bring_a_deleted_session_back() {
    for store in &stores().await {
        let env = site_on(store, &[]).await;
        let (mut browser, pause) = shop(&env).await;
        let mut other = browser.clone();
        let update = async { other.post("/late", "").await };
        let logout = async {
            pause.is_reached.acquire().await.unwrap().forget();
            browser.post("/auth/logout", "").await;
            pause.may_continue.add_permits(1);
        };
        let (response, ()) = tokio::join!(update, logout);
        assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{}", store.name);
        assert!(response.body.contains("sign_in_required"));
        assert!(env.store.logins().await.is_empty(), "{}", store.name);
        assert!(env.store.records().await.is_empty(), "{}", store.name);
    }
}

/// The data and the tokens are in the same row.
#[tokio::test]
async fn an_update_during_a_refresh_loses_neither() {
    for store in &stores().await {
        let env = site_on(store, &[]).await;
        let (mut browser, _) = shop(&env).await;
        let before = env.token(&mut browser).await;
        let gate = env.provider.gate(Endpoint::Refresh);
        let mut other = browser.clone();
        let refresh = async { other.get("/token/renewed").await.json() };
        let update = async {
            env.provider.wait_for_requests(Endpoint::Refresh, 1).await;
            let response = browser.post("/cart/vase", "").await;
            gate.release_all();
            response.status
        };
        let (renewed, status) = tokio::join!(refresh, update);
        assert_eq!(
            status,
            StatusCode::OK,
            "an update does not wait for the provider"
        );
        assert_ne!(renewed["fingerprint"], before["fingerprint"]);
        assert_eq!(products(&mut browser).await, ["vase"], "{}", store.name);
        let after = env.token(&mut browser).await;
        assert_eq!(after["fingerprint"], renewed["fingerprint"]);
        // The rotated refresh token is stored, too.
        let response = browser.get("/token/renewed").await;
        assert_eq!(response.status, StatusCode::OK, "{}", store.name);
        assert_eq!(env.provider.revoked_families(), 0);
    }
}
