//! Metadata: fetched once, kept, survived without, and never believed from another issuer.

use std::sync::Arc;

use axum_auth0_core::{
    http_client::{HttpClient, HttpClientOptions, HttpError},
    provider::{Issuer, Provider, ProviderError},
};
use serde_json::json;
use tokio::sync::Semaphore;

use test_support::{Endpoint, FakeProvider, Reply, wait_until};

#[tokio::test]
async fn metadata_is_fetched_once_however_many_ask() {
    let fake = FakeProvider::without_keys().await;
    let gate = Arc::new(Semaphore::new(0));
    fake.reply(
        Endpoint::Discovery,
        Reply::Gated(gate.clone(), Box::new(Reply::Json(200, fake.metadata()))),
    );
    let (provider, _) = fake.client();
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let provider = provider.clone();
            tokio::spawn(async move { provider.metadata().await.unwrap() })
        })
        .collect();
    wait_until(|| fake.request_count(Endpoint::Discovery) == 1).await;
    gate.add_permits(50);
    for caller in callers {
        assert_eq!(
            caller
                .await
                .unwrap()
                .token_endpoint
                .as_ref()
                .unwrap()
                .path(),
            "/oauth/token"
        );
    }
    assert_eq!(fake.request_count(Endpoint::Discovery), 1);
}

#[tokio::test]
async fn a_caller_who_hangs_up_does_not_end_the_fetch() {
    let fake = FakeProvider::without_keys().await;
    let gate = Arc::new(Semaphore::new(0));
    fake.reply(
        Endpoint::Discovery,
        Reply::Gated(gate.clone(), Box::new(Reply::Json(200, fake.metadata()))),
    );
    let (provider, _) = fake.client();
    let caller = tokio::spawn({
        let provider = provider.clone();
        async move { provider.metadata().await }
    });
    wait_until(|| fake.request_count(Endpoint::Discovery) == 1).await;
    caller.abort();
    gate.add_permits(1);
    provider.metadata().await.unwrap();
    assert_eq!(fake.request_count(Endpoint::Discovery), 1);
}

#[tokio::test]
async fn metadata_is_kept_for_an_hour_and_then_renewed() {
    let fake = FakeProvider::without_keys().await;
    let (provider, clock) = fake.client();
    provider.metadata().await.unwrap();
    clock.advance(3599);
    provider.metadata().await.unwrap();
    assert_eq!(fake.request_count(Endpoint::Discovery), 1);
    clock.advance(1);
    let mut renewed = fake.metadata();
    renewed["token_endpoint"] = json!(format!("{}/renewed", fake.base()));
    fake.reply(Endpoint::Discovery, Reply::Json(200, renewed));
    assert_eq!(
        provider
            .metadata()
            .await
            .unwrap()
            .token_endpoint
            .as_ref()
            .unwrap()
            .path(),
        "/renewed"
    );
    assert_eq!(fake.request_count(Endpoint::Discovery), 2);
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_make_metadata_last_for_ever() {
    let fake = FakeProvider::without_keys().await;
    let (provider, clock) = fake.client();
    provider.metadata().await.unwrap();
    clock.advance(-86_400);
    provider.metadata().await.unwrap();
    assert_eq!(fake.request_count(Endpoint::Discovery), 2);
}

#[tokio::test]
async fn the_last_good_metadata_serves_while_the_provider_is_down() {
    let fake = FakeProvider::without_keys().await;
    let (provider, clock) = fake.client();
    let good = provider.metadata().await.unwrap();
    for bad in [
        Reply::status(500),
        Reply::html(200),
        Reply::Json(200, json!({"issuer": "https://evil.example.com/"})),
        Reply::Json(200, json!([])),
    ] {
        clock.advance(4000);
        fake.reply(Endpoint::Discovery, bad);
        assert_eq!(*provider.metadata().await.unwrap(), *good);
    }
    assert_eq!(fake.request_count(Endpoint::Discovery), 5);
}

#[tokio::test]
async fn a_provider_that_is_down_at_the_start_is_left_alone_for_five_seconds_and_then_found() {
    let fake = FakeProvider::without_keys().await;
    fake.reply(Endpoint::Discovery, Reply::status(503));
    let (provider, clock) = fake.client();
    for _ in 0..20 {
        let error = provider.metadata().await.unwrap_err();
        assert!(
            matches!(error, ProviderError::Discovery(HttpError::Status { .. })),
            "{error}"
        );
    }
    assert_eq!(fake.request_count(Endpoint::Discovery), 1);
    fake.reply(Endpoint::Discovery, Reply::Json(200, fake.metadata()));
    clock.advance(4);
    assert!(provider.ready().await.is_err());
    clock.advance(1);
    provider.metadata().await.unwrap();
    assert_eq!(fake.request_count(Endpoint::Discovery), 2);
}

#[tokio::test]
async fn a_longer_pause_that_the_provider_asks_for_is_respected() {
    let fake = FakeProvider::without_keys().await;
    fake.reply(Endpoint::Discovery, Reply::busy(429, "30"));
    let (provider, clock) = fake.client();
    assert!(provider.metadata().await.is_err());
    clock.advance(29);
    assert!(provider.metadata().await.is_err());
    assert_eq!(fake.request_count(Endpoint::Discovery), 1);
    clock.advance(1);
    assert!(provider.metadata().await.is_err());
    assert_eq!(fake.request_count(Endpoint::Discovery), 2);
}

#[tokio::test]
async fn metadata_of_another_issuer_is_refused_with_what_to_set() {
    let fake = FakeProvider::without_keys().await;
    let mut metadata = fake.metadata();
    metadata["issuer"] = json!(fake.base());
    fake.reply(Endpoint::Discovery, Reply::Json(200, metadata));
    let (provider, _) = fake.client();
    let text = provider.metadata().await.unwrap_err().to_string();
    assert!(
        text.contains(&format!("the issuer {}, ", fake.issuer())),
        "{text}"
    );
    assert!(
        text.ends_with(&format!("set AUTH0_DOMAIN={}", fake.base())),
        "{text}"
    );
}

#[tokio::test]
async fn metadata_that_is_no_metadata_is_refused() {
    let large = Reply::text(200, "application/json", &"[".repeat(10 * 1024 * 1024));
    let elsewhere = Reply::status(302).with_header("location", "/keys");
    let deep = Reply::text(200, "application/json", &"[".repeat(100_000));
    for answer in [
        Reply::html(200),
        large,
        elsewhere,
        deep,
        Reply::status(404),
        Reply::Json(200, json!({})),
    ] {
        let fake = FakeProvider::without_keys().await;
        fake.reply(Endpoint::Discovery, answer);
        let (provider, _) = fake.client();
        assert!(provider.metadata().await.is_err());
        assert!(provider.ready().await.is_err());
    }
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_an_error_with_its_address() {
    let issuer = Issuer::parse("http://127.0.0.1:9/").unwrap();
    let clock = axum_auth0_core::clock::SystemClock::shared();
    let provider = Provider::new(
        issuer,
        HttpClient::new(HttpClientOptions::default()).unwrap(),
        clock,
    );
    let text = provider.metadata().await.unwrap_err().to_string();
    assert!(
        text.contains("http://127.0.0.1:9/.well-known/openid-configuration"),
        "{text}"
    );
}
