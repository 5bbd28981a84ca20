//! A provider that fails, stalls or names no endpoint.

use std::time::Duration;

use axum::{Router, routing::get as route};
use axum_auth0_bearer::{
    BearerErrorKind, Introspection, VerifiedToken, Verifier, http_client::HttpClientOptions,
};
use http::StatusCode;
use serde_json::json;
use test_support::{CLIENT_ID, CLIENT_SECRET, Reply};

use super::{PATH, TOKEN, active, introspections, start};
use crate::env::{API, TestEnv, get};

#[tokio::test]
async fn a_provider_that_does_not_answer_never_opens_the_api() {
    for reply in [
        Reply::status(500),
        Reply::status(401),
        Reply::status(404),
        Reply::Json(201, json!({ "active": true })),
        Reply::html(200),
        Reply::Truncated,
        Reply::busy(503, "20"),
        active(json!({})).gzipped(),
    ] {
        let env = start().await;
        env.fake.reply_at(PATH, reply.clone());
        let router = router(&env.verifier);
        let answer = get(&router, "/", Some(TOKEN)).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{reply:?}");
        assert_eq!(answer.header("retry-after"), "5");
        assert_eq!(answer.challenge(), "");
    }
}

fn router(verifier: &Verifier) -> Router {
    async fn handler(token: VerifiedToken) -> String {
        token.subject().to_owned()
    }
    Router::new()
        .route("/", route(handler))
        .with_state(verifier.clone())
}

#[tokio::test]
async fn a_provider_that_stalls_costs_a_timeout() {
    let options = HttpClientOptions {
        total_timeout: Duration::from_millis(50),
        ..HttpClientOptions::default()
    };
    let env = start().await;
    let endpoint = env.fake.url(PATH);
    let introspection = Introspection::new(CLIENT_ID, CLIENT_SECRET)
        .endpoint(&endpoint)
        .unwrap();
    let verifier =
        Verifier::with_provider(env.fake.client_with(options).0, API).introspection(introspection);
    for reply in [Reply::NoResponse, Reply::Stalled] {
        env.fake.reply_at(PATH, reply);
        let error = verifier.verify(TOKEN).await.unwrap_err();
        assert_eq!(error.kind(), &BearerErrorKind::IntrospectionUnavailable);
        env.clock.advance(5);
    }
    assert_eq!(introspections(&env), 2);
}

#[tokio::test]
async fn a_failing_provider_is_left_alone_for_a_while() {
    for (reply, seconds) in [(Reply::status(500), 5), (Reply::busy(503, "20"), 20)] {
        let env = start().await;
        env.fake.reply_at(PATH, reply);
        for token in ["a", "b", "c"] {
            assert_eq!(
                env.rejected(token).await,
                BearerErrorKind::IntrospectionUnavailable
            );
        }
        assert_eq!(introspections(&env), 1);
        env.fake.reply_at(PATH, active(json!({})));
        env.clock.advance(seconds - 1);
        assert!(env.verifier.verify("a").await.is_err());
        env.clock.advance(1);
        assert!(env.verifier.verify("a").await.is_ok());
        assert_eq!(introspections(&env), 2);
    }
}

#[tokio::test]
async fn an_endpoint_that_nobody_names_is_an_outage_and_a_configured_one_is_used() {
    let env = TestEnv::new().await;
    let introspection = Introspection::new(CLIENT_ID, CLIENT_SECRET);
    let without = env.verifier.clone().introspection(introspection.clone());
    let error = without.verify(TOKEN).await.unwrap_err();
    assert_eq!(error.kind(), &BearerErrorKind::IntrospectionUnavailable);
    env.fake.reply_at("/elsewhere", active(json!({})));
    let elsewhere = introspection
        .clone()
        .endpoint(&env.fake.url("/elsewhere"))
        .unwrap();
    let verifier = env.verifier.clone().introspection(elsewhere);
    assert!(verifier.verify(TOKEN).await.is_ok());
    for url in ["", "/oauth/introspect", "http://id.example.com/introspect"] {
        assert!(introspection.clone().endpoint(url).is_err(), "{url}");
    }
}

/// A proxy in front of the provider refuses some tokens by their text or length, and anyone can send such a token.
#[tokio::test]
async fn a_token_that_the_endpoint_refuses_does_not_stop_the_introspection_of_others() {
    for status in [400, 403, 413, 414, 422, 431] {
        let env = start().await;
        env.fake.reply_at(PATH, Reply::status(status));
        assert_eq!(
            env.rejected("../../etc/passwd").await,
            BearerErrorKind::IntrospectionUnavailable,
            "{status}"
        );
        env.fake.reply_at(PATH, active(json!({})));
        assert!(env.verifier.verify(TOKEN).await.is_ok(), "{status}");
    }
}
