//! Session transfer tokens (Auth0's Native to Web SSO).

use http::StatusCode;
use serde_json::json;
use test_support::{EXTERNAL_TOKEN, Endpoint, Part, Reply, TestResponse};

use crate::{HOUR, TestEnv, TestEnvBuilder};

const TOKEN_TYPE: &str = "urn:auth0:params:oauth:token-type:session_transfer_token";

/// Returns the token of a redirect to the other site.
fn token_of(response: &TestResponse) -> String {
    let location = response.header("location").unwrap_or_default();
    let (url, token) = location.split_once("session_transfer_token=").unwrap();
    assert!(
        url.starts_with("https://shop.example.com/auth/login?"),
        "{url}"
    );
    token.to_owned()
}

#[tokio::test]
async fn the_refresh_token_is_exchanged_for_a_token_of_each_transfer() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let first = token_of(&browser.get("/shop").await);
    let second = token_of(&browser.get("/shop").await);
    assert_ne!(first, second, "never cached");
    let request = &env.provider.requests(Endpoint::OtherGrant)[0];
    let host = env.provider.base().trim_start_matches("http://");
    for (name, value) in [
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:refresh_token",
        ),
        ("requested_token_type", TOKEN_TYPE),
        ("audience", &format!("urn:{host}:session_transfer")),
        ("organization", "acme"),
    ] {
        assert_eq!(request.get(name), Some(value));
    }
}

#[tokio::test]
async fn a_refresh_token_that_the_transfer_rotates_is_stored() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.provider
        .policy(|policy| policy.rotates_in_exchanges = true);
    browser.get("/shop").await;
    browser.get("/shop").await;
    env.clock.advance(HOUR);
    assert_eq!(browser.get("/orders").await.status, StatusCode::OK);
    assert_eq!(
        env.provider.revoked_families(),
        0,
        "no refresh token was used twice"
    );
}

/// A transfer that rotates nothing writes nothing: the end of the session has to be read.
#[tokio::test]
async fn a_session_that_ended_meanwhile_is_not_transferred() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let gate = env.provider.gate(Endpoint::OtherGrant);
    let mut tab = browser.clone();
    let call = tokio::spawn(async move { tab.get("/shop").await });
    env.provider
        .wait_for_requests(Endpoint::OtherGrant, 1)
        .await;
    browser.post("/auth/logout", "").await;
    gate.release_all();
    let response = call.await.unwrap();
    let location = response.header("location").unwrap_or_default();
    assert!(
        !location.contains("session_transfer_token"),
        "{} {location}",
        response.status
    );
}

/// A token of another type could be good for more than one login.
#[tokio::test]
async fn a_token_of_another_type_is_refused() {
    let cases: [fn(&mut serde_json::Value); 4] = [
        |response| response["issued_token_type"] = json!(null),
        |response| {
            response["issued_token_type"] = json!("urn:ietf:params:oauth:token-type:access_token");
        },
        |response| response["token_type"] = json!("mac"),
        |response| response["access_token"] = json!(""),
    ];
    for modify in cases {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        env.provider.modify(Part::GrantResponse, modify);
        let response = browser.get("/shop").await;
        assert_eq!(
            response.status,
            StatusCode::BAD_GATEWAY,
            "{}",
            response.body
        );
        assert_eq!(browser.whoami().await, "auth0|alice");
    }
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.provider
        .reply(Endpoint::OtherGrant, Reply::error(403, "invalid_grant"));
    assert_eq!(browser.get("/shop").await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn a_session_of_a_customer_is_transferred_with_the_user_as_actor() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("support").await;
    let path = format!("/customer?subject={EXTERNAL_TOKEN}alice");
    token_of(&browser.get(&path).await);
    let request = &env.provider.requests(Endpoint::OtherGrant)[0];
    assert_eq!(
        request.get("subject_token_type"),
        Some("urn:example:customer")
    );
    assert_eq!(
        request.get("actor_token_type"),
        Some("urn:ietf:params:oauth:token-type:id_token")
    );
    let actor = crate::claims(request.get("actor_token").unwrap());
    assert_eq!(actor["sub"], "auth0|support");
    assert_eq!(request.get("reason"), Some("Ticket 1234"));
    assert_eq!(
        browser.get("/customer").await.status,
        StatusCode::BAD_REQUEST,
        "no subject"
    );
}

#[tokio::test]
async fn a_transfer_needs_an_actor_whose_id_token_has_not_expired() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("support").await;
    env.clock.advance(36_000);
    let path = format!("/customer?subject={EXTERNAL_TOKEN}alice");
    let response = browser.get(&path).await;
    assert_eq!(
        response.status,
        StatusCode::UNAUTHORIZED,
        "{}",
        response.body
    );
    assert_eq!(response.json()["code"], "actor_unavailable");
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 0);
}

#[tokio::test]
async fn a_login_forwards_a_session_transfer_token_only_if_the_site_accepts_them() {
    let path = "/auth/login?returnTo=%2Forders&session_transfer_token=abc";
    let env = TestEnv::new().await;
    let location = env.browser().get(path).await;
    assert!(
        !location
            .header("location")
            .unwrap()
            .contains("session_transfer_token")
    );
    let env = TestEnvBuilder::new()
        .set("AUTH0_ACCEPT_SESSION_TRANSFER", "true")
        .build()
        .await;
    let response = env.browser().get(path).await;
    let location = response.header("location").unwrap();
    assert!(
        location.contains("session_transfer_token=abc"),
        "{location}"
    );
    for malformed in ["a%0Ab", "a&session_transfer_token=b", &"x".repeat(513)] {
        let path = format!("/auth/login?session_transfer_token={malformed}");
        assert_eq!(
            env.browser().get(&path).await.status,
            StatusCode::BAD_REQUEST
        );
    }
}

/// It can be used once: a restart would show an error of the provider instead of its login page.
#[tokio::test]
async fn a_restarted_login_has_no_session_transfer_token() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_ACCEPT_SESSION_TRANSFER", "true")
        .build()
        .await;
    let mut browser = env.browser();
    let response = browser.get("/auth/login?session_transfer_token=abc").await;
    let authorized = env
        .provider
        .authorize(response.header("location").unwrap(), "alice");
    // The browser lost the cookie of the login, which therefore starts again.
    let restarted = env.browser().get(&authorized.path()).await;
    let location = restarted.header("location").unwrap_or_default();
    assert!(
        location.contains("/authorize?"),
        "{} {}",
        restarted.status,
        restarted.body
    );
    assert!(!location.contains("session_transfer_token"), "{location}");
}
