//! What is asked again by itself, and how often.

use std::time::{Duration, Instant};

use axum_auth0::ApiError;
use futures::{StreamExt as _, stream};
use serde_json::json;

use crate::{api::Reply, scene::Scene};
use test_support::ProductsApi;

#[tokio::test]
async fn a_failure_that_passes_is_not_seen() {
    let scene = Scene::new().await;
    for failure in [
        Reply::status(502),
        Reply::status(503),
        Reply::status(504),
        Reply::Truncated,
        Reply::HangUp,
    ] {
        let before = scene.orders.request_count();
        let good = Reply::json(&json!({ "owner": "auth0|alice" }));
        scene
            .orders
            .replies([failure.clone(), failure.clone(), good]);
        let answer = scene.list().await;
        assert_eq!(answer.unwrap()["owner"], "auth0|alice", "{failure:?}");
        assert_eq!(scene.orders.request_count(), before + 3, "{failure:?}");
    }
    assert_eq!(scene.refreshes(), 0);
}

#[tokio::test]
async fn a_failure_that_lasts_is_asked_about_three_times() {
    let scene = Scene::new().await;
    scene.orders.replies([Reply::status(502)]);
    assert!(matches!(scene.list().await, Err(ApiError::ServerError(_))));
    assert_eq!(scene.orders.request_count(), 3);
}

/// A06.
#[tokio::test]
async fn what_adds_is_asked_for_once_unless_it_says_otherwise() {
    let scene = Scene::new().await;
    let client = scene.client();
    for failure in [
        Reply::status(503),
        Reply::status(502),
        Reply::HangUp,
        Reply::Truncated,
    ] {
        let before = scene.orders.request_count();
        scene.orders.replies([failure, Reply::status(201)]);
        assert!(client.post(["orders"]).send().await.is_err());
        assert_eq!(scene.orders.request_count(), before + 1);
    }
    let before = scene.orders.request_count();
    scene
        .orders
        .replies([Reply::status(503), Reply::status(201)]);
    client
        .post(["orders"])
        .idempotency_key("k-1")
        .send()
        .await
        .unwrap();
    scene
        .orders
        .replies([Reply::status(503), Reply::status(200)]);
    client
        .patch(["orders", "1"])
        .idempotent()
        .send()
        .await
        .unwrap();
    assert_eq!(scene.orders.request_count(), before + 4);
}

#[tokio::test]
async fn what_does_not_pass_is_not_asked_again() {
    let scene = Scene::new().await;
    for status in [400, 403, 404, 409, 429, 500, 501] {
        let before = scene.orders.request_count();
        scene
            .orders
            .replies([Reply::status(status), Reply::status(200)]);
        assert!(scene.list().await.is_err(), "{status}");
        assert_eq!(scene.orders.request_count(), before + 1, "{status}");
    }
}

#[tokio::test]
async fn a_short_waiting_time_is_kept() {
    let scene = Scene::new().await;
    scene.orders.replies([
        Reply::headed(503, "retry-after", "1"),
        Reply::json(&json!({})),
    ]);
    let started = Instant::now();
    scene.list().await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(scene.orders.request_count(), 2);
}

#[tokio::test]
async fn a_token_is_renewed_and_a_failure_repeated_in_one_call() {
    let scene = Scene::new().await;
    scene.orders.replies([
        Reply::status(503),
        Reply::invalid_token(),
        Reply::status(503),
        Reply::json(&json!({})),
    ]);
    scene.list().await.unwrap();
    assert_eq!((scene.orders.request_count(), scene.refreshes()), (4, 1));
}

/// A06.
#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_fails_is_asked_a_tenth_more_and_others_do_not_pay_for_it() {
    const CALLS: usize = 1_000;
    let scene = Scene::new().await;
    scene.orders.replies([Reply::status(503)]);
    let started = Instant::now();
    let calls = stream::iter(0..CALLS)
        .map(|_| scene.list())
        .buffer_unordered(50);
    let failures = calls
        .filter(|answer| std::future::ready(answer.is_err()))
        .count()
        .await;
    assert_eq!(failures, CALLS);
    let extra = scene.orders.request_count() - CALLS;
    // A tenth, and the reserve of ten, which is there again every ten seconds.
    let tens_of_seconds = usize::try_from(started.elapsed().as_secs() / 10).unwrap();
    let most = CALLS / 10 + 10 * (2 + tens_of_seconds);
    assert!((CALLS / 20..=most).contains(&extra), "{extra} more");
    let products = scene.alice.api::<ProductsApi>();
    scene
        .products
        .replies([Reply::status(503), Reply::status(204)]);
    products.get(["products"]).send().await.unwrap();
}
