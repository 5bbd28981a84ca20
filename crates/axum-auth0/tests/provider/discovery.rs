//! Metadata: fetched once, kept, survived without, and never believed from another issuer.

use std::sync::Arc;

use axum_auth0::{
    outbound::{Outbound, OutboundError, OutboundOptions},
    provider::{Issuer, Provider, ProviderError},
};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::double::{Answer, DISCOVERY, Double, until};

#[tokio::test]
async fn metadata_is_fetched_once_however_many_ask() {
    let double = Double::start().await;
    let gate = Arc::new(Semaphore::new(0));
    double.answer(
        DISCOVERY,
        Answer::Gated(gate.clone(), Box::new(Answer::Json(double.metadata()))),
    );
    let (provider, _) = double.provider();
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let provider = provider.clone();
            tokio::spawn(async move { provider.metadata().await.unwrap() })
        })
        .collect();
    until(|| double.asked(DISCOVERY) == 1).await;
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
    assert_eq!(double.asked(DISCOVERY), 1);
}

#[tokio::test]
async fn a_caller_who_hangs_up_does_not_end_the_fetch() {
    let double = Double::start().await;
    let gate = Arc::new(Semaphore::new(0));
    double.answer(
        DISCOVERY,
        Answer::Gated(gate.clone(), Box::new(Answer::Json(double.metadata()))),
    );
    let (provider, _) = double.provider();
    let caller = tokio::spawn({
        let provider = provider.clone();
        async move { provider.metadata().await }
    });
    until(|| double.asked(DISCOVERY) == 1).await;
    caller.abort();
    gate.add_permits(1);
    provider.metadata().await.unwrap();
    assert_eq!(double.asked(DISCOVERY), 1);
}

#[tokio::test]
async fn metadata_is_kept_for_an_hour_and_then_renewed() {
    let double = Double::start().await;
    let (provider, clock) = double.provider();
    provider.metadata().await.unwrap();
    clock.advance(3599);
    provider.metadata().await.unwrap();
    assert_eq!(double.asked(DISCOVERY), 1);
    clock.advance(1);
    let mut renewed = double.metadata();
    renewed["token_endpoint"] = json!(format!("{}/renewed", double.base));
    double.answer(DISCOVERY, Answer::Json(renewed));
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
    assert_eq!(double.asked(DISCOVERY), 2);
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_make_metadata_last_for_ever() {
    let double = Double::start().await;
    let (provider, clock) = double.provider();
    provider.metadata().await.unwrap();
    clock.advance(-86_400);
    provider.metadata().await.unwrap();
    assert_eq!(double.asked(DISCOVERY), 2);
}

#[tokio::test]
async fn the_last_good_metadata_serves_while_the_provider_is_down() {
    let double = Double::start().await;
    let (provider, clock) = double.provider();
    let good = provider.metadata().await.unwrap();
    for bad in [
        Answer::status(500),
        Answer::html(),
        Answer::Json(json!({"issuer": "https://evil.example.com/"})),
        Answer::Json(json!([])),
    ] {
        clock.advance(4000);
        double.answer(DISCOVERY, bad);
        assert_eq!(*provider.metadata().await.unwrap(), *good);
    }
    assert_eq!(double.asked(DISCOVERY), 5);
}

#[tokio::test]
async fn a_provider_that_is_down_at_the_start_is_left_alone_for_five_seconds_and_then_found() {
    let double = Double::start().await;
    double.answer(DISCOVERY, Answer::status(503));
    let (provider, clock) = double.provider();
    for _ in 0..20 {
        let error = provider.metadata().await.unwrap_err();
        assert!(
            matches!(
                error,
                ProviderError::Discovery(OutboundError::Status { .. })
            ),
            "{error}"
        );
    }
    assert_eq!(double.asked(DISCOVERY), 1);
    double.answer(DISCOVERY, Answer::Json(double.metadata()));
    clock.advance(4);
    assert!(provider.ready().await.is_err());
    clock.advance(1);
    provider.metadata().await.unwrap();
    assert_eq!(double.asked(DISCOVERY), 2);
}

#[tokio::test]
async fn a_longer_pause_that_the_provider_asks_for_is_respected() {
    let double = Double::start().await;
    let headers = vec![("retry-after", "30".to_owned())];
    double.answer(
        DISCOVERY,
        Answer::Text {
            status: 429,
            media_type: "text/plain",
            body: String::new(),
            headers,
        },
    );
    let (provider, clock) = double.provider();
    assert!(provider.metadata().await.is_err());
    clock.advance(29);
    assert!(provider.metadata().await.is_err());
    assert_eq!(double.asked(DISCOVERY), 1);
    clock.advance(1);
    assert!(provider.metadata().await.is_err());
    assert_eq!(double.asked(DISCOVERY), 2);
}

#[tokio::test]
async fn metadata_of_another_issuer_is_refused_with_what_to_set() {
    let double = Double::start().await;
    let mut metadata = double.metadata();
    metadata["issuer"] = json!(double.base);
    double.answer(DISCOVERY, Answer::Json(metadata));
    let (provider, _) = double.provider();
    let text = provider.metadata().await.unwrap_err().to_string();
    assert!(
        text.contains(&format!("the issuer {}, ", double.issuer())),
        "{text}"
    );
    assert!(
        text.ends_with(&format!("set AUTH0_DOMAIN={}", double.base)),
        "{text}"
    );
}

#[tokio::test]
async fn metadata_that_is_no_metadata_is_refused() {
    let large = Answer::Text {
        status: 200,
        media_type: "application/json",
        body: "[".repeat(10 * 1024 * 1024),
        headers: Vec::new(),
    };
    let elsewhere = Answer::Text {
        status: 302,
        media_type: "text/plain",
        body: String::new(),
        headers: vec![("location", "/keys".to_owned())],
    };
    let deep = Answer::Text {
        status: 200,
        media_type: "application/json",
        body: "[".repeat(100_000),
        headers: Vec::new(),
    };
    for answer in [
        Answer::html(),
        large,
        elsewhere,
        deep,
        Answer::status(404),
        Answer::Json(json!({})),
    ] {
        let double = Double::start().await;
        double.answer(DISCOVERY, answer);
        let (provider, _) = double.provider();
        assert!(provider.metadata().await.is_err());
        assert!(provider.ready().await.is_err());
    }
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_an_error_with_its_address() {
    let issuer = Issuer::parse("http://127.0.0.1:9/").unwrap();
    let clock = axum_auth0::clock::SystemClock::shared();
    let provider = Provider::new(
        issuer,
        Outbound::new(OutboundOptions::default()).unwrap(),
        clock,
    );
    let text = provider.metadata().await.unwrap_err().to_string();
    assert!(
        text.contains("http://127.0.0.1:9/.well-known/openid-configuration"),
        "{text}"
    );
}
