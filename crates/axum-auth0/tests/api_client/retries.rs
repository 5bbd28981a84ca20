//! Retries: which failures, and how often.

use std::time::{Duration, Instant};

use axum_auth0::ApiError;
use futures::{StreamExt as _, stream};
use serde_json::json;

use crate::{api::Reply, api_test_env::ApiTestEnv};
use test_support::ProductsApi;

#[tokio::test]
async fn a_transient_failure_is_retried() {
    let env = ApiTestEnv::new().await;
    for failure in [
        Reply::status(502),
        Reply::status(503),
        Reply::status(504),
        Reply::Truncated,
        Reply::HangUp,
    ] {
        let before = env.orders.request_count();
        let good = Reply::json(&json!({ "owner": "auth0|alice" }));
        env.orders.replies([failure.clone(), failure.clone(), good]);
        let response = env.list().await;
        assert_eq!(response.unwrap()["owner"], "auth0|alice", "{failure:?}");
        assert_eq!(env.orders.request_count(), before + 3, "{failure:?}");
    }
    assert_eq!(env.refreshes(), 0);
}

#[tokio::test]
async fn a_lasting_failure_is_attempted_three_times() {
    let env = ApiTestEnv::new().await;
    env.orders.replies([Reply::status(502)]);
    assert!(matches!(env.list().await, Err(ApiError::ServerError(_))));
    assert_eq!(env.orders.request_count(), 3);
}
#[tokio::test]
async fn a_post_is_sent_once_unless_it_is_idempotent() {
    let env = ApiTestEnv::new().await;
    let client = env.client();
    for failure in [
        Reply::status(503),
        Reply::status(502),
        Reply::HangUp,
        Reply::Truncated,
    ] {
        let before = env.orders.request_count();
        env.orders.replies([failure, Reply::status(201)]);
        assert!(client.post(["orders"]).send().await.is_err());
        assert_eq!(env.orders.request_count(), before + 1);
    }
    let before = env.orders.request_count();
    env.orders.replies([Reply::status(503), Reply::status(201)]);
    client
        .post(["orders"])
        .idempotency_key("k-1")
        .send()
        .await
        .unwrap();
    env.orders.replies([Reply::status(503), Reply::status(200)]);
    client
        .patch(["orders", "1"])
        .idempotent()
        .send()
        .await
        .unwrap();
    assert_eq!(env.orders.request_count(), before + 4);
}

#[tokio::test]
async fn permanent_failures_are_not_retried() {
    let env = ApiTestEnv::new().await;
    for status in [400, 403, 404, 409, 429, 500, 501] {
        let before = env.orders.request_count();
        env.orders
            .replies([Reply::status(status), Reply::status(200)]);
        assert!(env.list().await.is_err(), "{status}");
        assert_eq!(env.orders.request_count(), before + 1, "{status}");
    }
}

#[tokio::test]
async fn a_short_retry_after_is_obeyed() {
    let env = ApiTestEnv::new().await;
    env.orders.replies([
        Reply::headed(503, "retry-after", "1"),
        Reply::json(&json!({})),
    ]);
    let started = Instant::now();
    env.list().await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(env.orders.request_count(), 2);
}

#[tokio::test]
async fn one_call_can_refresh_the_token_and_retry() {
    let env = ApiTestEnv::new().await;
    env.orders.replies([
        Reply::status(503),
        Reply::invalid_token(),
        Reply::status(503),
        Reply::json(&json!({})),
    ]);
    env.list().await.unwrap();
    assert_eq!((env.orders.request_count(), env.refreshes()), (4, 1));
}
#[tokio::test(flavor = "multi_thread")]
async fn the_retry_budget_is_a_tenth_of_the_calls_of_each_api() {
    const CALLS: usize = 1_000;
    let env = ApiTestEnv::new().await;
    env.orders.replies([Reply::status(503)]);
    let started = Instant::now();
    let calls = stream::iter(0..CALLS)
        .map(|_| env.list())
        .buffer_unordered(50);
    let failures = calls
        .filter(|response| std::future::ready(response.is_err()))
        .count()
        .await;
    assert_eq!(failures, CALLS);
    let extra = env.orders.request_count() - CALLS;
    // A tenth, and the ten retries that are allowed in ten seconds.
    let tens_of_seconds = usize::try_from(started.elapsed().as_secs() / 10).unwrap();
    let most = CALLS / 10 + 10 * (2 + tens_of_seconds);
    assert!((CALLS / 20..=most).contains(&extra), "{extra} more");
    let products = env.alice.api::<ProductsApi>();
    env.products
        .replies([Reply::status(503), Reply::status(204)]);
    products.get(["products"]).send().await.unwrap();
}
