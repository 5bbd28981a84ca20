//! When a token is refreshed.

use http::StatusCode;
use serde_json::json;
use test_support::{Endpoint, PRODUCTS, Part, Reply};

use super::HOUR;
use crate::app::{TestEnv, TestEnvBuilder};

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
