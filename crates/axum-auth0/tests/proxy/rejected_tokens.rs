//! Requests whose token the API rejects, and APIs that do not answer.

use std::time::Duration;

use http::{Method, StatusCode, Version};
use serde_json::Value;
use test_support::{Endpoint, fake_provider};

use crate::{
    api::Reply,
    connection::PROTOCOLS,
    proxy_test_env::{ProxyTestEnv, open},
};

const ORDERS: &str = "/orders-api/orders";

/// Obtains the token of the first call.
async fn with_token() -> ProxyTestEnv {
    let env = ProxyTestEnv::new().await;
    assert_eq!(env.get(ORDERS, &[]).await.status, StatusCode::OK);
    assert_eq!(env.refreshes(), 1);
    env
}

#[tokio::test]
async fn a_rejected_token_is_refreshed_once_and_the_request_is_repeated_with_its_body() {
    for protocol in PROTOCOLS {
        for method in [Method::GET, Method::PUT] {
            let env = with_token().await;
            env.api
                .replies([Reply::invalid_token(), Reply::status(200)]);
            let request = env.script(method.clone(), ORDERS);
            let response = env.send(protocol, request, "the body").await;
            assert_eq!(response.status, StatusCode::OK, "{}", response.body);
            let requests = env.api.requests();
            assert_eq!((requests.len(), env.refreshes()), (3, 2), "{method}");
            assert_ne!(requests[1].token(), requests[2].token());
            assert_eq!(requests[2].body, requests[1].body);
        }
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_repeated_gets_503_and_the_next_one_a_new_token() {
    let large = "x".repeat(70_000);
    for (method, body) in [(Method::POST, "small"), (Method::PUT, &large)] {
        let env = with_token().await;
        env.api
            .replies([Reply::invalid_token(), Reply::status(201)]);
        let request = env.script(method.clone(), ORDERS);
        let response = env.send(Version::HTTP_11, request, body).await;
        assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE, "{method}");
        assert_eq!(response.code(), "api_busy");
        let request = env.script(method.clone(), ORDERS);
        let response = env.send(Version::HTTP_11, request, body).await;
        assert_eq!(response.status, StatusCode::CREATED);
        let requests = env.api.requests();
        assert_eq!((requests.len(), env.refreshes()), (3, 2), "{method}");
        assert_ne!(requests[1].token(), requests[2].token());
        assert_eq!(requests[2].body, body);
    }
}

#[tokio::test]
async fn a_post_with_an_idempotency_key_is_repeated() {
    let env = with_token().await;
    env.api
        .replies([Reply::invalid_token(), Reply::status(201)]);
    let request = env
        .script(Method::POST, ORDERS)
        .header("idempotency-key", "\"1\"");
    let response = env.send(Version::HTTP_11, request, "{}").await;
    assert_eq!(
        (response.status, env.api.request_count()),
        (StatusCode::CREATED, 3)
    );
}

#[tokio::test]
async fn a_second_rejection_is_a_misconfiguration_and_not_another_refresh() {
    let env = with_token().await;
    env.api.replies([Reply::invalid_token()]);
    let response = env.get(ORDERS, &[]).await;
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(response.code(), "misconfigured");
    assert_eq!(response.header("www-authenticate"), None);
    assert_eq!((env.api.request_count(), env.refreshes()), (3, 2));
}

#[tokio::test]
async fn a_step_up_challenge_reaches_the_script_without_a_refresh() {
    let env = with_token().await;
    let challenge =
        r#"Bearer error="insufficient_user_authentication", max_age="60", acr_values="mfa""#;
    env.api
        .replies([Reply::headed(401, "www-authenticate", challenge)]);
    let request = env.script(Method::POST, ORDERS);
    let response = env.send(Version::HTTP_11, request, "{}").await;
    assert_eq!(response.status, StatusCode::UNAUTHORIZED);
    let json: Value = serde_json::from_str(&response.body).unwrap();
    assert_eq!(json["error"], "insufficient_user_authentication");
    assert_eq!(
        (&json["max_age"], &json["acr_values"]),
        (&60.into(), &"mfa".into())
    );
    let login = json["details"]["login_url"].as_str().unwrap();
    assert!(login.contains("max_age=60"), "{login}");
    assert_eq!(env.refreshes(), 1);
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let env = ProxyTestEnv::new().await;
    env.site.provider.reply(
        Endpoint::Refresh,
        fake_provider::Reply::error(400, "invalid_grant"),
    );
    let response = env.get(ORDERS, &[]).await;
    assert_eq!(response.status, StatusCode::UNAUTHORIZED);
    assert_eq!(response.code(), "sign_in_required");
    assert_eq!(env.api.request_count(), 0);
}

#[tokio::test]
async fn an_api_that_does_not_answer_is_504_and_one_that_is_down_502() {
    let env = ProxyTestEnv::with(|auth0| open(auth0).timeout(Duration::from_millis(300))).await;
    env.api.replies([Reply::NoResponse]);
    let response = env.get(ORDERS, &[]).await;
    assert_eq!(response.status, StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(response.code(), "api_timed_out");
    env.api.replies([Reply::HangUp]);
    let response = env.get(ORDERS, &[]).await;
    assert_eq!(response.status, StatusCode::BAD_GATEWAY);
    assert_eq!(response.code(), "api_bad_answer");
}
