//! What follows when the API does not take the token.

use axum_auth0::{ApiError, Cause, TokenError, http_client::Delivery};
use futures::future::join_all;
use http::Method;
use serde_json::json;

use crate::{
    api::Reply,
    scene::{Scene, cause},
};
use test_support::{Endpoint, OrdersApi, Part, fake_provider};

/// X12.
#[tokio::test]
async fn a_refused_token_is_renewed_once_and_the_call_made_again() {
    for refusal in [
        Reply::invalid_token(),
        Reply::status(401),
        Reply::headed(401, "www-authenticate", "Bearer"),
    ] {
        let scene = Scene::new().await;
        scene
            .orders
            .replies([refusal, Reply::json(&json!({ "owner": "auth0|alice" }))]);
        assert_eq!(scene.list().await.unwrap()["owner"], "auth0|alice");
        let asked = scene.orders.requests();
        assert_eq!(asked.len(), 2);
        assert_ne!(asked[0].token(), asked[1].token());
        assert_eq!(scene.refreshes(), 1);
    }
}

#[tokio::test]
async fn what_replaces_or_deletes_is_made_again_with_its_body() {
    for method in [Method::PUT, Method::DELETE, Method::HEAD] {
        let scene = Scene::new().await;
        scene
            .orders
            .replies([Reply::invalid_token(), Reply::status(204)]);
        let client = scene.client();
        let call = match method {
            Method::PUT => client.put(["orders", "1"]).json(&json!({ "quantity": 3 })),
            Method::DELETE => client.delete(["orders", "1"]),
            _ => client.head(["orders", "1"]),
        };
        call.send().await.unwrap();
        let asked = scene.orders.requests();
        assert_eq!(asked.len(), 2, "{method}");
        assert_eq!(asked[0].body, asked[1].body);
        assert_eq!(asked[0].method, method);
    }
}

/// X12: a body is not sent again silently.
#[tokio::test]
async fn what_adds_is_not_made_again_but_finds_a_new_token_the_next_time() {
    for method in [Method::POST, Method::PATCH] {
        let scene = Scene::new().await;
        let call = || match method {
            Method::POST => scene.client().post(["orders"]),
            _ => scene.client().patch(["orders", "1"]),
        };
        scene
            .orders
            .replies([Reply::invalid_token(), Reply::status(201)]);
        let error = call()
            .json(&json!({ "quantity": 1 }))
            .send()
            .await
            .unwrap_err();
        assert!(
            matches!(error, ApiError::TokenRefreshedRetryRequired),
            "{error:?}"
        );
        assert_eq!(error.sent(), Delivery::NotSent);
        assert_eq!((scene.orders.request_count(), scene.refreshes()), (1, 1));
        // The person tries again.
        call().json(&json!({ "quantity": 1 })).send().await.unwrap();
        let asked = scene.orders.requests();
        assert_eq!((asked.len(), scene.refreshes()), (2, 1));
        assert_ne!(asked[0].token(), asked[1].token());
    }
}

#[tokio::test]
async fn what_adds_is_made_again_where_the_call_says_so() {
    let scene = Scene::new().await;
    let client = scene.client();
    let keyed = client
        .post(["orders"])
        .json(&json!({ "quantity": 1 }))
        .idempotency_key("k-1");
    scene
        .orders
        .replies([Reply::invalid_token(), Reply::status(201)]);
    keyed.send().await.unwrap();
    let asked = scene.orders.requests();
    assert_eq!(asked.len(), 2);
    for call in &asked {
        assert_eq!(call.header("idempotency-key"), Some("\"k-1\""));
        assert_eq!(call.body, r#"{"quantity":1}"#);
    }
    scene.env.clock.advance(60);
    scene
        .orders
        .replies([Reply::invalid_token(), Reply::status(200)]);
    let marked = client
        .patch(["orders", "1"])
        .json(&json!({ "name": "a" }))
        .idempotent();
    marked.send().await.unwrap();
    assert_eq!(scene.orders.request_count(), 4);
}

/// X12, A04.
#[tokio::test]
async fn a_second_refusal_is_a_diagnosis() {
    let scene = Scene::new().await;
    scene.orders.replies([Reply::invalid_token()]);
    let error = scene.list().await.unwrap_err();
    assert_eq!(cause(&error), Some(Cause::RefusedByApi), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains(fake_provider::ORDERS) && text.contains("it was revoked"),
        "{text}"
    );
    assert_eq!((scene.orders.request_count(), scene.refreshes()), (2, 1));
    // A moment later another refresh would bring nothing new.
    let error = scene.client().post(["orders"]).send().await.unwrap_err();
    assert_eq!(cause(&error), Some(Cause::RefusedByApi), "{error:?}");
    assert_eq!((scene.orders.request_count(), scene.refreshes()), (3, 1));
}

/// A04.
#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_refuses_everything_causes_no_storm() {
    let scene = Scene::new().await;
    scene.orders.replies([Reply::status(401)]);
    let calls = (0..50).map(|_| scene.list());
    for error in join_all(calls).await {
        assert_eq!(cause(&error.unwrap_err()), Some(Cause::RefusedByApi));
    }
    assert!(
        scene.orders.request_count() <= 100,
        "at most two requests each"
    );
    assert_eq!(scene.refreshes(), 1, "one refresh for all of them");
    let before = scene.orders.request_count();
    for _ in 0..10 {
        assert!(scene.list().await.is_err());
    }
    assert_eq!(
        scene.orders.request_count(),
        before + 10,
        "one request each"
    );
    assert_eq!(scene.refreshes(), 1);
}

#[tokio::test]
async fn another_reason_than_the_token_refreshes_nothing() {
    let scene = Scene::new().await;
    let reason = r#"Bearer error="invalid_request""#;
    scene
        .orders
        .replies([Reply::headed(401, "www-authenticate", reason)]);
    let error = scene.list().await.unwrap_err();
    assert_eq!(cause(&error), Some(Cause::RefusedByApi), "{error:?}");
    assert_eq!((scene.orders.request_count(), scene.refreshes()), (1, 0));
}

#[tokio::test]
async fn a_missing_scope_is_named_and_a_missing_right_is_not() {
    let scene = Scene::new().await;
    let reason = r#"Bearer error="insufficient_scope", scope="cancel:orders""#;
    scene
        .orders
        .replies([Reply::headed(403, "www-authenticate", reason)]);
    let error = scene.list().await.unwrap_err();
    assert_eq!(cause(&error), Some(Cause::MissingScope), "{error:?}");
    assert!(error.to_string().contains("cancel:orders"), "{error}");
    scene.orders.replies([Reply::status(403)]);
    assert!(matches!(scene.list().await, Err(ApiError::Forbidden)));
    assert_eq!((scene.orders.request_count(), scene.refreshes()), (2, 0));
}

#[tokio::test]
async fn a_refused_token_that_cannot_be_renewed_says_why() {
    let scene = Scene::new().await;
    scene.orders.replies([Reply::invalid_token()]);
    scene
        .env
        .provider
        .reply(Endpoint::Refresh, fake_provider::Reply::busy(503, "7"));
    let error = scene.list().await.unwrap_err();
    assert!(
        matches!(
            error,
            ApiError::Token(TokenError::ProviderUnavailable { .. })
        ),
        "{error:?}"
    );
    assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(7));
    assert_eq!(scene.orders.request_count(), 1);
    scene.env.provider.reply(
        Endpoint::Refresh,
        fake_provider::Reply::error(400, "invalid_grant"),
    );
    scene.env.clock.advance(10);
    let error = scene.list().await.unwrap_err();
    assert!(
        matches!(error, ApiError::Token(TokenError::SignInRequired)),
        "{error:?}"
    );
}

/// B27.
#[tokio::test]
async fn an_api_that_quotes_the_token_gets_it_into_no_text() {
    let scene = Scene::new().await;
    let token = scene.alice.access_token::<OrdersApi>().await.unwrap();
    let secret = token.expose().to_owned();
    let payload = secret.split('.').nth(1).unwrap();
    for quoted in [secret.as_str(), payload] {
        let challenge =
            format!(r#"Bearer error="invalid_request", error_description="bad: {quoted}""#);
        scene
            .orders
            .replies([Reply::headed(401, "www-authenticate", &challenge)]);
        let error = scene.list().await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(payload), "{shown}");
        scene.env.clock.advance(60);
    }
    let challenge = format!(r#"Bearer error="insufficient_scope", scope="{secret}""#);
    scene
        .orders
        .replies([Reply::headed(403, "www-authenticate", &challenge)]);
    assert!(matches!(scene.list().await, Err(ApiError::Forbidden)));
}

/// A scene in which a refresh brings the token that Alice has anyway.
async fn with_the_same_token_again() -> Scene {
    let scene = Scene::new().await;
    let token = scene.alice.access_token::<OrdersApi>().await.unwrap();
    let token = token.expose().to_owned();
    scene.env.provider.modify(Part::Refreshed, move |answer| {
        answer["access_token"] = json!(token);
    });
    scene
}

/// Lets seconds go by, a few at most, until the refresh token was used twice.
async fn until_the_second_refresh(scene: &Scene) {
    for _ in 0..4 {
        if scene.refreshes() >= 2 {
            return;
        }
        scene.env.clock.advance(1);
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

/// Tokens without anything unique in them are identical within a second.
#[tokio::test]
async fn the_same_token_again_is_asked_for_once_more_when_the_second_is_over() {
    let scene = with_the_same_token_again().await;
    scene.orders.replies([
        Reply::invalid_token(),
        Reply::json(&json!({ "owner": "auth0|alice" })),
    ]);
    let (listed, ()) = tokio::join!(scene.list(), async {
        let provider = &scene.env.provider;
        provider.wait_for_requests(Endpoint::Refresh, 1).await;
        provider.reset(Part::Refreshed);
        until_the_second_refresh(&scene).await;
    });
    assert_eq!(listed.unwrap()["owner"], "auth0|alice");
    assert_eq!((scene.orders.request_count(), scene.refreshes()), (2, 2));
    assert_eq!(scene.env.provider.ended_families(), 0);
}

#[tokio::test]
async fn the_same_token_a_third_time_is_refused_by_the_api() {
    let scene = with_the_same_token_again().await;
    scene.orders.replies([Reply::invalid_token()]);
    let (listed, ()) = tokio::join!(scene.list(), async {
        let provider = &scene.env.provider;
        provider.wait_for_requests(Endpoint::Refresh, 1).await;
        until_the_second_refresh(&scene).await;
    });
    assert_eq!(cause(&listed.unwrap_err()), Some(Cause::RefusedByApi));
    assert_eq!((scene.orders.request_count(), scene.refreshes()), (1, 2));
}

/// A provider that hands out what it issued before would do so a second later, too.
#[tokio::test]
async fn an_older_token_again_is_not_asked_for_once_more() {
    let scene = with_the_same_token_again().await;
    scene.env.clock.advance(100);
    scene.orders.replies([Reply::invalid_token()]);
    let error = scene.list().await.unwrap_err();
    assert_eq!(cause(&error), Some(Cause::RefusedByApi), "{error:?}");
    assert_eq!((scene.orders.request_count(), scene.refreshes()), (1, 1));
}
