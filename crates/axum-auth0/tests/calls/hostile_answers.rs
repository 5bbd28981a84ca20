//! Answers that are too large, too slow, or broken.

use std::time::{Duration, Instant};

use axum_auth0::{ApiError, http_client::Delivery};
use serde_json::json;
use tokio::net::TcpListener;

use crate::{api::Reply, scene::Scene};
use test_support::Endpoint;

/// A03.
#[tokio::test]
async fn a_large_answer_is_not_read() {
    let scene = Scene::new().await;
    for reply in [Reply::Gigabyte, Reply::Endless] {
        scene.orders.replies([reply]);
        let error = scene.list().await.unwrap_err();
        assert!(
            matches!(error, ApiError::TooLarge { limit: 1_048_576 }),
            "{error:?}"
        );
    }
    assert_eq!(
        scene.orders.request_count(),
        2,
        "it would be as large again"
    );
}

#[tokio::test]
async fn how_much_is_read_is_said_by_client_or_call() {
    let scene = Scene::new().await;
    let body = json!("x".repeat(2 * 1024 * 1024));
    scene.orders.replies([Reply::json(&body)]);
    assert!(matches!(scene.list().await, Err(ApiError::TooLarge { .. })));
    let reading = |limit| scene.client().get(["orders"]).max_response_bytes(limit);
    reading(3 * 1024 * 1024).send().await.unwrap();
    for limit in [100, 1_500_000] {
        let error = reading(limit).send().await.unwrap_err();
        assert!(matches!(error, ApiError::TooLarge { limit: given } if given == limit));
    }
    let client = scene.client().max_response_bytes(3 * 1024 * 1024);
    client.get(["orders"]).send().await.unwrap();
    scene.orders.replies([Reply::Endless]);
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

/// A01.
#[tokio::test]
async fn a_slow_answer_is_given_up_and_not_asked_for_again() {
    let scene = Scene::new().await;
    for reply in [Reply::Silence, Reply::Drip] {
        scene.orders.replies([reply]);
        let started = Instant::now();
        let call = scene
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
    assert_eq!(scene.orders.request_count(), 2);
}

#[tokio::test]
async fn the_deadline_holds_for_the_token_and_all_attempts() {
    let scene = Scene::new().await;
    scene.orders.replies([Reply::Silence]);
    let soon = Duration::from_secs(1);
    let error = scene
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
    // The provider takes its time to refresh.
    scene.env.clock.advance(7200);
    let gate = scene.env.provider.gate(Endpoint::Refresh);
    let error = scene
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
        scene.orders.request_count(),
        1,
        "nothing was sent without a token"
    );
    // The refresh goes on, and is there for the next call.
    gate.release_all();
    scene.orders.replies([Reply::status(204)]);
    scene.client().get(["orders"]).send().await.unwrap();
    assert_eq!(scene.env.provider.ended_families(), 0);
    // An API that is busy for longer than there is time.
    scene
        .orders
        .replies([Reply::headed(503, "retry-after", "2")]);
    let started = Instant::now();
    let error = scene
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

/// A01.
#[tokio::test]
async fn a_broken_answer_to_what_adds_is_an_unknown_outcome() {
    let scene = Scene::new().await;
    for reply in [Reply::Truncated, Reply::HangUp] {
        scene.orders.replies([reply]);
        let error = scene.client().post(["orders"]).send().await.unwrap_err();
        assert!(matches!(error, ApiError::Interrupted), "{error:?}");
        assert_eq!(error.sent(), Delivery::Unknown);
    }
    assert_eq!(scene.orders.request_count(), 2, "sent once each");
}

#[tokio::test]
async fn an_api_that_is_down_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let scene = Scene::with(|builder| builder.set("ORDERS_API_URL", &address)).await;
    for call in [
        scene.client().get(["orders"]),
        scene.client().post(["orders"]),
    ] {
        let error = call.send().await.unwrap_err();
        assert!(matches!(error, ApiError::Unreachable), "{error:?}");
        assert_eq!(error.sent(), Delivery::NotSent);
    }
}
