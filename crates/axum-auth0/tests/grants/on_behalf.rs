//! Access tokens for another API in exchange for that of the login (RFC 8693).

use axum_auth0::DiagnosisCode;
use futures::future::join_all;
use http::StatusCode;
use serde_json::json;
use test_support::{CLIENT_ID, Endpoint, ORDERS, Part, ProductsApi, Reply};

use crate::{HOUR, TestEnv, TestEnvBuilder};

type Modify = fn(&mut serde_json::Value);

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

#[tokio::test]
async fn the_token_of_the_login_is_exchanged_for_one_of_another_api() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let token = browser.get("/orders/on-behalf").await.json();
    assert_eq!(token["claims"]["sub"], "auth0|alice");
    assert_eq!(token["claims"]["aud"], ORDERS);
    assert_eq!(
        token["claims"]["act"],
        json!({ "sub": CLIENT_ID }),
        "the API sees who acts"
    );
    let request = &env.provider.requests(Endpoint::OtherGrant)[0];
    assert_eq!(request.get("subject_token_type"), Some(ACCESS_TOKEN));
    assert_eq!(request.get("requested_token_type"), Some(ACCESS_TOKEN));
    assert_eq!(request.get("audience"), Some(ORDERS));
    assert_eq!(request.get("scope"), Some("read:orders"));
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchanged_token_is_cached_and_exchanged_once_for_all_tabs() {
    let env = TestEnv::new().await;
    let browser = env.logged_in("alice").await;
    let tabs = (0..20).map(|_| {
        let mut tab = browser.clone();
        tokio::spawn(async move { tab.get("/orders/on-behalf").await.json() })
    });
    let tokens: Vec<_> = join_all(tabs)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 1);
    let mut browser = browser;
    let again = browser.get("/orders/on-behalf/again").await.json();
    assert_ne!(again, tokens[0]);
    env.clock.advance(HOUR);
    let later = browser.get("/orders/on-behalf").await.json();
    assert_ne!(later, again);
    assert_eq!(
        env.provider.request_count(Endpoint::Refresh),
        1,
        "the subject token had expired"
    );
}

#[tokio::test]
async fn users_and_logins_never_share_an_exchanged_token() {
    let env = TestEnv::new().await;
    let mut alice = env.logged_in("alice").await;
    let mut bob = env.logged_in("bob").await;
    let first = alice.get("/orders/on-behalf").await.json();
    let second = bob.get("/orders/on-behalf").await.json();
    assert_eq!(first["claims"]["sub"], "auth0|alice");
    assert_eq!(second["claims"]["sub"], "auth0|bob");
    alice.post("/auth/logout", "").await;
    let response = alice.get("/orders/on-behalf").await;
    assert_eq!(response.status, StatusCode::SEE_OTHER, "to the login");
}

#[tokio::test]
async fn a_refreshed_token_and_an_exchanged_one_are_not_mixed_up() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let exchanged = browser.get("/orders/on-behalf").await.json();
    let refreshed = browser.get("/orders").await.json();
    assert_eq!(refreshed["claims"]["act"], json!(null));
    assert_ne!(exchanged["fingerprint"], refreshed["fingerprint"]);
    assert_eq!(browser.get("/orders/on-behalf").await.json(), exchanged);
}

#[tokio::test]
async fn a_token_for_another_audience_or_of_another_type_is_refused() {
    let cases: [(Part, Modify, u16); 5] = [
        (
            Part::AccessToken,
            |claims| claims["aud"] = json!("https://x.example.com"),
            500,
        ),
        (Part::AccessToken, |claims| claims["scope"] = json!(""), 500),
        (
            Part::GrantResponse,
            |response| {
                response["issued_token_type"] = json!("urn:ietf:params:oauth:token-type:id_token");
            },
            503,
        ),
        (
            Part::GrantResponse,
            |response| response["token_type"] = json!("N_A"),
            503,
        ),
        (
            Part::GrantResponse,
            |response| response["access_token"] = json!(""),
            503,
        ),
    ];
    for (part, modify, status) in cases {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        env.provider.modify(part, modify);
        for _ in 0..2 {
            let response = browser.get("/orders/on-behalf").await;
            assert_eq!(response.status.as_u16(), status, "{}", response.body);
        }
        assert_eq!(
            env.provider.request_count(Endpoint::OtherGrant),
            1,
            "not asked again at once"
        );
        assert_eq!(
            browser.whoami().await,
            "auth0|alice",
            "the session continues"
        );
    }
}

/// RFC 8693 §2.2.1 requires the member; a JWT is inspected anyway.
#[tokio::test]
async fn an_issued_token_type_may_be_missing() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.provider.modify(Part::GrantResponse, |response| {
        response["issued_token_type"] = json!(null);
    });
    assert_eq!(
        browser.get("/orders/on-behalf").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_refused_exchange_does_not_end_the_session() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for (code, expected) in [
        ("invalid_grant", DiagnosisCode::RefusedByProvider),
        ("invalid_target", DiagnosisCode::AudienceUnknown),
        ("unsupported_grant_type", DiagnosisCode::GrantNotAllowed),
    ] {
        env.provider
            .reply(Endpoint::OtherGrant, Reply::error(400, code));
        let response = browser.get("/orders/on-behalf").await;
        assert_eq!(response.status.as_u16(), 500, "{code}");
        assert!(
            response.body.contains(expected.as_str()),
            "{}",
            response.body
        );
        env.clock.advance(600);
    }
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn an_exchange_needs_an_api_of_the_login() {
    let env = TestEnvBuilder::new()
        .unset("AUTH0_AUDIENCE")
        .unset("PRODUCTS_API_URL")
        .set("PRODUCTS_API_URL", "http://127.0.0.1:4001")
        .build()
        .await;
    let mut browser = env.logged_in("alice").await;
    let response = browser.get("/orders/on-behalf").await;
    assert!(
        response.body.contains("audience_missing"),
        "{}",
        response.body
    );
    let _ = env.auth0.client_token::<ProductsApi>().await;
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 0);
}
