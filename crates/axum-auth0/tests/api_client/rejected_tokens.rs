//! Calls whose token the API rejects.

use axum::response::IntoResponse as _;
use axum_auth0::{ApiError, DiagnosisCode, StepUpChallenge, TokenError, http_client::Delivery};
use futures::future::join_all;
use http::Method;
use serde_json::json;
use test_support::{Endpoint, OrdersApi, fake_provider};

use crate::{
    api::Reply,
    api_test_env::{ApiTestEnv, cause},
};

#[tokio::test]
async fn a_rejected_token_is_refreshed_once_and_the_call_is_retried() {
    for refusal in [
        Reply::invalid_token(),
        Reply::status(401),
        Reply::headed(401, "www-authenticate", "Bearer"),
    ] {
        let env = ApiTestEnv::new().await;
        env.orders
            .replies([refusal, Reply::json(&json!({ "owner": "auth0|alice" }))]);
        assert_eq!(env.list().await.unwrap()["owner"], "auth0|alice");
        let asked = env.orders.requests();
        assert_eq!(asked.len(), 2);
        assert_ne!(asked[0].token(), asked[1].token());
        assert_eq!(env.refreshes(), 1);
    }
}

#[tokio::test]
async fn put_and_delete_are_retried_with_their_body() {
    for method in [Method::PUT, Method::DELETE, Method::HEAD] {
        let env = ApiTestEnv::new().await;
        env.orders
            .replies([Reply::invalid_token(), Reply::status(204)]);
        let client = env.client();
        let call = match method {
            Method::PUT => client.put(["orders", "1"]).json(&json!({ "quantity": 3 })),
            Method::DELETE => client.delete(["orders", "1"]),
            _ => client.head(["orders", "1"]),
        };
        call.send().await.unwrap();
        let asked = env.orders.requests();
        assert_eq!(asked.len(), 2, "{method}");
        assert_eq!(asked[0].body, asked[1].body);
        assert_eq!(asked[0].method, method);
    }
}

#[tokio::test]
async fn a_post_is_not_retried_but_the_next_call_has_a_new_token() {
    for method in [Method::POST, Method::PATCH] {
        let env = ApiTestEnv::new().await;
        let call = || match method {
            Method::POST => env.client().post(["orders"]),
            _ => env.client().patch(["orders", "1"]),
        };
        env.orders
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
        assert_eq!((env.orders.request_count(), env.refreshes()), (1, 1));
        // The user tries again.
        call().json(&json!({ "quantity": 1 })).send().await.unwrap();
        let asked = env.orders.requests();
        assert_eq!((asked.len(), env.refreshes()), (2, 1));
        assert_ne!(asked[0].token(), asked[1].token());
    }
}

#[tokio::test]
async fn a_post_is_retried_if_it_is_marked_as_idempotent() {
    let env = ApiTestEnv::new().await;
    let client = env.client();
    let keyed = client
        .post(["orders"])
        .json(&json!({ "quantity": 1 }))
        .idempotency_key("k-1");
    env.orders
        .replies([Reply::invalid_token(), Reply::status(201)]);
    keyed.send().await.unwrap();
    let asked = env.orders.requests();
    assert_eq!(asked.len(), 2);
    for call in &asked {
        assert_eq!(call.header("idempotency-key"), Some("\"k-1\""));
        assert_eq!(call.body, r#"{"quantity":1}"#);
    }
    env.site.clock.advance(60);
    env.orders
        .replies([Reply::invalid_token(), Reply::status(200)]);
    let marked = client
        .patch(["orders", "1"])
        .json(&json!({ "name": "a" }))
        .idempotent();
    marked.send().await.unwrap();
    assert_eq!(env.orders.request_count(), 4);
}

#[tokio::test]
async fn a_second_rejection_is_a_diagnosis() {
    let env = ApiTestEnv::new().await;
    env.orders.replies([Reply::invalid_token()]);
    let error = env.list().await.unwrap_err();
    assert_eq!(
        cause(&error),
        Some(DiagnosisCode::RefusedByApi),
        "{error:?}"
    );
    let text = error.to_string();
    assert!(
        text.contains(fake_provider::ORDERS) && text.contains("it was revoked"),
        "{text}"
    );
    assert_eq!((env.orders.request_count(), env.refreshes()), (2, 1));
    // A token that was just issued is not refreshed again.
    let error = env.client().post(["orders"]).send().await.unwrap_err();
    assert_eq!(
        cause(&error),
        Some(DiagnosisCode::RefusedByApi),
        "{error:?}"
    );
    assert_eq!((env.orders.request_count(), env.refreshes()), (3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_rejects_every_token_does_not_cause_repeated_refreshes() {
    let env = ApiTestEnv::new().await;
    env.orders.replies([Reply::status(401)]);
    let calls = (0..50).map(|_| env.list());
    for error in join_all(calls).await {
        assert_eq!(
            cause(&error.unwrap_err()),
            Some(DiagnosisCode::RefusedByApi)
        );
    }
    assert!(
        env.orders.request_count() <= 100,
        "at most two requests each"
    );
    assert_eq!(env.refreshes(), 1, "one refresh for all of them");
    let before = env.orders.request_count();
    for _ in 0..10 {
        assert!(env.list().await.is_err());
    }
    assert_eq!(env.orders.request_count(), before + 10, "one request each");
    assert_eq!(env.refreshes(), 1);
}

#[tokio::test]
async fn an_error_other_than_invalid_token_causes_no_refresh() {
    let env = ApiTestEnv::new().await;
    let reason = r#"Bearer error="invalid_request""#;
    env.orders
        .replies([Reply::headed(401, "www-authenticate", reason)]);
    let error = env.list().await.unwrap_err();
    assert_eq!(
        cause(&error),
        Some(DiagnosisCode::RefusedByApi),
        "{error:?}"
    );
    assert_eq!((env.orders.request_count(), env.refreshes()), (1, 0));
}

#[tokio::test]
async fn a_step_up_challenge_is_an_error_with_the_login_that_is_needed_and_causes_no_refresh() {
    let env = ApiTestEnv::new().await;
    let reason = r#"Bearer error="insufficient_user_authentication", acr_values="urn:mfa phr", max_age="300""#;
    env.orders
        .replies([Reply::headed(401, "www-authenticate", reason)]);
    let error = env.list().await.unwrap_err();
    let ApiError::StepUpRequired(step_up) = &error else {
        panic!("{error:?}");
    };
    assert_eq!(step_up.acr_values, ["urn:mfa", "phr"]);
    assert_eq!(step_up.max_age.map(|age| age.as_secs()), Some(300));
    assert_eq!(error.sent(), Delivery::NotSent);
    let response = error.into_response();
    assert_eq!(response.status(), 401);
    let body = axum::body::to_bytes(response.into_body(), 10_000)
        .await
        .unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["code"], "step_up_required");
    assert_eq!(body["max_age"], 300);
    assert_eq!(body["acr_values"], "urn:mfa phr");
    // A call that is not idempotent gets the same error: nothing was executed.
    let error = env.client().post(["orders"]).send().await.unwrap_err();
    assert!(matches!(error, ApiError::StepUpRequired(_)), "{error:?}");
    assert_eq!((env.orders.request_count(), env.refreshes()), (2, 0));
    // Without parameters any new login may do.
    let reason = r#"Bearer error="insufficient_user_authentication""#;
    env.orders
        .replies([Reply::headed(401, "www-authenticate", reason)]);
    let error = env.list().await.unwrap_err();
    assert!(
        matches!(&error, ApiError::StepUpRequired(step_up) if *step_up == StepUpChallenge::default()),
        "{error:?}"
    );
}

#[tokio::test]
async fn insufficient_scope_is_a_diagnosis_and_a_plain_403_is_forbidden() {
    let env = ApiTestEnv::new().await;
    let reason = r#"Bearer error="insufficient_scope", scope="cancel:orders""#;
    env.orders
        .replies([Reply::headed(403, "www-authenticate", reason)]);
    let error = env.list().await.unwrap_err();
    assert_eq!(
        cause(&error),
        Some(DiagnosisCode::MissingScope),
        "{error:?}"
    );
    assert!(error.to_string().contains("cancel:orders"), "{error}");
    env.orders.replies([Reply::status(403)]);
    assert!(matches!(env.list().await, Err(ApiError::Forbidden)));
    assert_eq!((env.orders.request_count(), env.refreshes()), (2, 0));
}

#[tokio::test]
async fn a_rejected_token_that_cannot_be_refreshed_is_an_error_with_the_reason() {
    let env = ApiTestEnv::new().await;
    env.orders.replies([Reply::invalid_token()]);
    env.site
        .provider
        .reply(Endpoint::Refresh, fake_provider::Reply::busy(503, "7"));
    let error = env.list().await.unwrap_err();
    assert!(
        matches!(
            error,
            ApiError::Token(TokenError::ProviderUnavailable { .. })
        ),
        "{error:?}"
    );
    assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(7));
    assert_eq!(env.orders.request_count(), 1);
    env.site.provider.reply(
        Endpoint::Refresh,
        fake_provider::Reply::error(400, "invalid_grant"),
    );
    env.site.clock.advance(10);
    let error = env.list().await.unwrap_err();
    assert!(
        matches!(error, ApiError::Token(TokenError::SignInRequired)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_challenge_that_quotes_the_token_reaches_no_text() {
    let env = ApiTestEnv::new().await;
    let token = env.alice.access_token::<OrdersApi>().await.unwrap();
    let secret = token.expose().to_owned();
    let payload = secret.split('.').nth(1).unwrap();
    for quoted in [secret.as_str(), payload] {
        let challenge =
            format!(r#"Bearer error="invalid_request", error_description="bad: {quoted}""#);
        env.orders
            .replies([Reply::headed(401, "www-authenticate", &challenge)]);
        let error = env.list().await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(payload), "{shown}");
        env.site.clock.advance(60);
    }
    let challenge = format!(r#"Bearer error="insufficient_scope", scope="{secret}""#);
    env.orders
        .replies([Reply::headed(403, "www-authenticate", &challenge)]);
    assert!(matches!(env.list().await, Err(ApiError::Forbidden)));
}
