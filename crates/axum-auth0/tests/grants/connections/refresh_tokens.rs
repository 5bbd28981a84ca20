//! The refresh token of the login during an exchange.

use axum_auth0::DiagnosisCode;
use futures::future::join_all;
use http::StatusCode;
use serde_json::json;
use test_support::{Endpoint, Part, Reply};

use super::CALENDAR;
use crate::{HOUR, TestEnv, TestEnvBuilder};

/// The next refresh would otherwise present a consumed refresh token, and the provider would end the session.
#[tokio::test]
async fn a_refresh_token_that_the_exchange_rotates_is_stored() {
    for modify in [
        |response: &mut serde_json::Value| response["expires_in"] = json!(null),
        |response: &mut serde_json::Value| response["issued_token_type"] = json!("unusable"),
        |response: &mut serde_json::Value| response["scope"] = json!("x"),
    ] {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        env.provider
            .policy(|policy| policy.rotates_in_exchanges = true);
        env.provider.modify(Part::GrantResponse, modify);
        browser.get(CALENDAR).await;
        browser.get("/connections/other").await;
        env.clock.advance(HOUR);
        assert_eq!(browser.get("/orders").await.status, StatusCode::OK);
        assert_eq!(
            env.provider.revoked_families(),
            0,
            "no refresh token was used twice"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exchanges_and_refreshes_of_a_login_run_one_after_the_other() {
    let env = TestEnv::new().await;
    let browser = env.logged_in("alice").await;
    env.provider
        .policy(|policy| policy.rotates_in_exchanges = true);
    for _ in 0..5 {
        env.clock.advance(HOUR);
        let calls = (0..12).map(|call| {
            let path = ["/orders", CALENDAR, "/connections/other"][call % 3];
            let mut tab = browser.clone();
            tokio::spawn(async move { tab.get(path).await.status })
        });
        for status in join_all(calls).await {
            assert_eq!(status.unwrap(), StatusCode::OK);
        }
    }
    assert_eq!(
        env.provider.revoked_families(),
        0,
        "no refresh token was used twice"
    );
}

/// The client hangs up after the provider has consumed the refresh token.
#[tokio::test]
async fn a_disconnected_client_does_not_lose_a_rotated_refresh_token() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.provider
        .policy(|policy| policy.rotates_in_exchanges = true);
    let gate = env.provider.gate(Endpoint::OtherGrant);
    let mut tab = browser.clone();
    let call = tokio::spawn(async move { tab.get(CALENDAR).await });
    env.provider
        .wait_for_requests(Endpoint::OtherGrant, 1)
        .await;
    call.abort();
    let _ = call.await;
    gate.release_all();
    env.clock.advance(HOUR);
    assert_eq!(browser.get("/orders").await.status, StatusCode::OK);
    assert_eq!(env.provider.revoked_families(), 0);
}

/// A logout while the exchange is in flight.
#[tokio::test]
async fn a_refresh_token_of_an_ended_session_is_revoked() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.provider
        .policy(|policy| policy.rotates_in_exchanges = true);
    let gate = env.provider.gate(Endpoint::OtherGrant);
    let mut tab = browser.clone();
    let call = tokio::spawn(async move { tab.get(CALENDAR).await });
    env.provider
        .wait_for_requests(Endpoint::OtherGrant, 1)
        .await;
    browser.post("/auth/logout", "").await;
    gate.release_all();
    let response = call.await.unwrap();
    assert_eq!(response.status, StatusCode::SEE_OTHER, "to the login");
    env.provider
        .wait_for_requests(Endpoint::Revocation, 2)
        .await;
    assert!(env.store.logins().await.is_empty());
}

#[tokio::test]
async fn an_outage_during_an_exchange_keeps_the_refresh_token() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for reply in [
        Reply::busy(503, "1"),
        Reply::html(502),
        Reply::NoResponse,
        Reply::Truncated,
    ] {
        env.provider.reply(Endpoint::OtherGrant, reply);
        let response = browser.get(CALENDAR).await;
        assert!(
            matches!(response.status.as_u16(), 502 | 503),
            "{}",
            response.body
        );
    }
    env.provider.recover(Endpoint::OtherGrant);
    assert_eq!(browser.get(CALENDAR).await.status, StatusCode::OK);
    env.clock.advance(HOUR);
    assert_eq!(browser.get("/orders").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_login_without_a_refresh_token_is_a_misconfiguration() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_SCOPE", "openid")
        .build()
        .await;
    let mut browser = env.logged_in("alice").await;
    let response = browser.get(CALENDAR).await;
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(
        response
            .body
            .contains(DiagnosisCode::NoRefreshToken.as_str()),
        "{}",
        response.body
    );
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 0);
}
