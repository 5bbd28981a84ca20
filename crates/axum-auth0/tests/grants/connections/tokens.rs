//! Tokens of a connection.

use futures::future::join_all;
use http::StatusCode;
use serde_json::json;
use test_support::{Endpoint, Part, Reply, Rotation};

use super::CALENDAR;
use crate::{HOUR, TestEnv};

const TOKEN_TYPE: &str = "http://auth0.com/oauth/token-type/federated-connection-access-token";

#[tokio::test]
async fn the_refresh_token_is_exchanged_for_a_token_of_the_connection() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let token = browser
        .get("/connections/calendar?login_hint=alice@calendar")
        .await
        .json();
    assert_eq!(token["scope"], json!(["calendar.read"]));
    assert_eq!(token["expires_at"], json!(env.clock_now() + HOUR));
    let request = &env.provider.requests(Endpoint::OtherGrant)[0];
    for (name, value) in [
        (
            "grant_type",
            "urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token",
        ),
        (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:refresh_token",
        ),
        ("requested_token_type", TOKEN_TYPE),
        ("connection", "calendar"),
        ("login_hint", "alice@calendar"),
    ] {
        assert_eq!(request.get(name), Some(value));
    }
    assert_eq!(request.get("audience"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_token_is_cached_and_exchanged_once_for_all_tabs() {
    let env = TestEnv::new().await;
    let browser = env.logged_in("alice").await;
    let tabs = (0..20).map(|_| {
        let mut tab = browser.clone();
        tokio::spawn(async move { tab.get(CALENDAR).await.json() })
    });
    let tokens: Vec<_> = join_all(tabs)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 1);
    let mut browser = browser;
    env.clock.advance(HOUR - 60);
    assert_ne!(browser.get(CALENDAR).await.json(), tokens[0]);
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 2);
    let mut bob = env.logged_in("bob").await;
    bob.get(CALENDAR).await;
    assert_eq!(
        env.provider.request_count(Endpoint::OtherGrant),
        1,
        "bob has his own"
    );
}

#[tokio::test]
async fn each_connection_and_account_has_its_own_token_and_their_number_is_bounded() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let first = browser.get("/connections/c0").await.json();
    for number in 1..=16 {
        env.clock.advance(1);
        browser.get(&format!("/connections/c{number}")).await;
    }
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 17);
    browser.get("/connections/c16").await;
    assert_eq!(
        env.provider.request_count(Endpoint::OtherGrant),
        17,
        "cached"
    );
    assert_ne!(
        browser.get("/connections/c0").await.json(),
        first,
        "it was the first to end"
    );
    browser.get("/connections/c16?login_hint=other").await;
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 19);
}

/// A token that cannot expire would be used forever after the user took the consent back.
#[tokio::test]
async fn a_token_without_a_lifetime_is_not_cached() {
    for lifetime in [json!(null), json!(0), json!("soon")] {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        env.provider.modify(Part::GrantResponse, move |response| {
            response["expires_in"] = lifetime.clone();
        });
        browser.get(CALENDAR).await;
        let token = browser.get(CALENDAR).await.json();
        assert_eq!(token["expires_at"], json!(null));
        assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 2);
    }
}

#[tokio::test]
async fn a_service_that_is_not_connected_is_an_error_and_the_session_goes_on() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let response = browser.get("/connections/not-connected").await;
    assert_eq!(response.status, StatusCode::FORBIDDEN);
    assert_eq!(response.json()["code"], "not_connected");
    // Auth0 uses `invalid_grant` for this, too.
    env.provider
        .reply(Endpoint::OtherGrant, Reply::error(403, "invalid_grant"));
    assert_eq!(browser.get(CALENDAR).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.whoami().await, "auth0|alice");
    env.clock.advance(HOUR);
    assert_eq!(
        browser.get("/orders").await.status,
        StatusCode::OK,
        "the refresh token still works"
    );
}

#[tokio::test]
async fn a_token_of_another_type_is_refused() {
    let cases: [fn(&mut serde_json::Value); 4] = [
        |response| response["issued_token_type"] = json!(null),
        |response| {
            response["issued_token_type"] = json!("urn:ietf:params:oauth:token-type:access_token");
        },
        |response| response["token_type"] = json!("mac"),
        |response| response["access_token"] = json!(null),
    ];
    for modify in cases {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        env.provider.modify(Part::GrantResponse, modify);
        let response = browser.get(CALENDAR).await;
        assert_eq!(
            response.status,
            StatusCode::BAD_GATEWAY,
            "{}",
            response.body
        );
        env.provider.reset(Part::GrantResponse);
        assert_eq!(browser.get(CALENDAR).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_provider_without_the_grant_is_a_misconfiguration() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.provider
        .policy(|policy| policy.rotation = Rotation::Never);
    env.provider.reply(
        Endpoint::OtherGrant,
        Reply::error(403, "unauthorized_client"),
    );
    let response = browser.get(CALENDAR).await;
    assert!(
        response.body.contains("grant Token Vault"),
        "{}",
        response.body
    );
}

#[tokio::test]
async fn a_malformed_connection_is_not_sent() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let long = format!("/connections/{}", "c".repeat(129));
    for path in [
        long.as_str(),
        "/connections/a%0Ab",
        "/connections/calendar?login_hint=",
    ] {
        let response = browser.get(path).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{path}");
    }
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 0);
}
