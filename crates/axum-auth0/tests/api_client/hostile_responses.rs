//! Responses that are too large, too slow, or broken.

use std::time::{Duration, Instant};

use axum_auth0::{ApiError, http_client::Delivery};
use serde_json::json;
use tokio::net::TcpListener;

use crate::{api::Reply, api_test_env::ApiTestEnv};
use test_support::Endpoint;
#[tokio::test]
async fn a_response_over_the_size_limit_is_an_error() {
    let env = ApiTestEnv::new().await;
    for reply in [Reply::Gigabyte, Reply::Endless] {
        env.orders.replies([reply]);
        let error = env.list().await.unwrap_err();
        assert!(
            matches!(error, ApiError::TooLarge { limit: 1_048_576 }),
            "{error:?}"
        );
    }
    assert_eq!(env.orders.request_count(), 2, "it would be as large again");
}

#[tokio::test]
async fn the_size_limit_is_set_by_client_or_call() {
    let env = ApiTestEnv::new().await;
    let body = json!("x".repeat(2 * 1024 * 1024));
    env.orders.replies([Reply::json(&body)]);
    assert!(matches!(env.list().await, Err(ApiError::TooLarge { .. })));
    let reading = |limit| env.client().get(["orders"]).max_response_bytes(limit);
    reading(3 * 1024 * 1024).send().await.unwrap();
    for limit in [100, 1_500_000] {
        let error = reading(limit).send().await.unwrap_err();
        assert!(matches!(error, ApiError::TooLarge { limit: given } if given == limit));
    }
    let client = env.client().max_response_bytes(3 * 1024 * 1024);
    client.get(["orders"]).send().await.unwrap();
    env.orders.replies([Reply::Endless]);
    let error = client
        .get(["orders"])
        .max_response_bytes(usize::MAX)
        .send()
        .await
        .unwrap_err();
    assert!(
        matches!(error, ApiError::TooLarge { .. }),
        "there is always a limit"
    );
}
#[tokio::test]
async fn a_slow_response_times_out_and_is_not_retried() {
    let env = ApiTestEnv::new().await;
    for reply in [Reply::NoResponse, Reply::Stalled] {
        env.orders.replies([reply]);
        let started = Instant::now();
        let call = env
            .client()
            .timeout(Duration::from_millis(200))
            .get(["orders"]);
        let error = call.send().await.unwrap_err();
        assert!(
            matches!(
                error,
                ApiError::TimedOut {
                    sent: Delivery::Unknown
                }
            ),
            "{error:?}"
        );
        assert!(started.elapsed() < Duration::from_secs(4));
    }
    assert_eq!(env.orders.request_count(), 2);
}

#[tokio::test]
async fn the_deadline_covers_the_token_and_all_attempts() {
    let env = ApiTestEnv::new().await;
    env.orders.replies([Reply::NoResponse]);
    let soon = Duration::from_secs(1);
    let error = env
        .client()
        .get(["orders"])
        .deadline(soon)
        .send()
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            ApiError::TimedOut {
                sent: Delivery::Unknown
            }
        ),
        "{error:?}"
    );
    // The provider is slow.
    env.site.clock.advance(7200);
    let gate = env.site.provider.gate(Endpoint::Refresh);
    let error = env
        .client()
        .get(["orders"])
        .deadline(soon)
        .send()
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            ApiError::TimedOut {
                sent: Delivery::NotSent
            }
        ),
        "{error:?}"
    );
    assert_eq!(
        env.orders.request_count(),
        1,
        "nothing was sent without a token"
    );
    // The refresh continues, and the next call uses its token.
    gate.release_all();
    env.orders.replies([Reply::status(204)]);
    env.client().get(["orders"]).send().await.unwrap();
    assert_eq!(env.site.provider.revoked_families(), 0);
    // Retry-After is longer than the deadline.
    env.orders.replies([Reply::headed(503, "retry-after", "2")]);
    let started = Instant::now();
    let error = env
        .client()
        .get(["orders"])
        .deadline(soon)
        .send()
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            ApiError::Unavailable {
                retry_after: Some(_)
            }
        ),
        "{error:?}"
    );
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "no time to wait"
    );
}
#[tokio::test]
async fn a_truncated_response_to_a_post_is_an_unknown_outcome() {
    let env = ApiTestEnv::new().await;
    for reply in [Reply::Truncated, Reply::HangUp] {
        env.orders.replies([reply]);
        let error = env.client().post(["orders"]).send().await.unwrap_err();
        assert!(matches!(error, ApiError::Interrupted), "{error:?}");
        assert_eq!(error.sent(), Delivery::Unknown);
    }
    assert_eq!(env.orders.request_count(), 2, "sent once each");
}

#[tokio::test]
async fn an_api_that_is_down_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let env = ApiTestEnv::with(|builder| builder.set("ORDERS_API_URL", &address)).await;
    for call in [env.client().get(["orders"]), env.client().post(["orders"])] {
        let error = call.send().await.unwrap_err();
        assert!(matches!(error, ApiError::Unreachable), "{error:?}");
        assert_eq!(error.sent(), Delivery::NotSent);
    }
}
