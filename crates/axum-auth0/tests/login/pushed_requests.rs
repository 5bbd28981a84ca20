//! Pushed authorization requests (RFC 9126).

use serde_json::json;

use crate::app::{TestEnv, TestEnvBuilder};
use test_support::{CLIENT_ID, Endpoint, Part, Reply};

const PUSH: &str = "AUTH0_PUSHED_AUTHORIZATION_REQUESTS";

fn names(location: &str) -> Vec<String> {
    let url = url::Url::parse(location).unwrap();
    url.query_pairs()
        .map(|(name, _)| name.into_owned())
        .collect()
}

#[tokio::test]
async fn a_pushed_login_shows_nothing_of_the_request_to_the_browser() {
    let env = TestEnvBuilder::new().set(PUSH, "true").build().await;
    let mut browser = env.browser();
    let response = browser.start_login("/products?page=2").await;
    assert_eq!(names(response.location()), ["client_id", "request_uri"]);
    let pushed = env.provider.requests(Endpoint::PushedAuthorization);
    assert_eq!(pushed.len(), 1);
    for name in [
        "state",
        "nonce",
        "code_challenge",
        "redirect_uri",
        "scope",
        "audience",
    ] {
        assert!(pushed[0].get(name).is_some(), "{name}");
    }
    assert_eq!(pushed[0].get("client_id"), Some(CLIENT_ID));
    browser.log_in(&env.provider, "alice").await;
}

#[tokio::test]
async fn requests_are_pushed_if_the_provider_requires_it() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.requires_pushed_requests = true);
    env.browser().log_in(&env.provider, "alice").await;
    assert_eq!(env.provider.request_count(Endpoint::PushedAuthorization), 1);
}

#[tokio::test]
async fn by_default_no_request_is_pushed() {
    let env = TestEnv::new().await;
    env.browser().log_in(&env.provider, "alice").await;
    assert_eq!(env.provider.request_count(Endpoint::PushedAuthorization), 0);
}

/// HTTP Basic credentials leave the body to the request.
#[tokio::test]
async fn a_push_authenticates_the_client_as_at_the_token_endpoint() {
    let env = TestEnvBuilder::new()
        .set(PUSH, "true")
        .set("AUTH0_CLIENT_AUTHENTICATION", "client_secret_basic")
        .build()
        .await;
    env.provider.policy(|policy| policy.accepts_post = false);
    env.browser().log_in(&env.provider, "alice").await;
    let pushed = &env.provider.requests(Endpoint::PushedAuthorization)[0];
    assert!(pushed.authorization.is_some());
    assert_eq!(pushed.get("client_secret"), None);
    assert_eq!(pushed.get("client_id"), Some(CLIENT_ID));
}

/// With a fallback, an attacker who prevents the push could change the request.
#[tokio::test]
async fn a_failed_push_fails_the_login() {
    for (case, reply, status) in [
        ("refused client", Reply::error(401, "invalid_client"), 500),
        ("refused request", Reply::error(400, "invalid_request"), 500),
        ("overloaded", Reply::busy(503, "120"), 503),
        ("nothing", Reply::status(200), 503),
        (
            "no reference",
            Reply::Json(201, json!({ "expires_in": 60 })),
            503,
        ),
        (
            "empty reference",
            Reply::Json(201, json!({ "request_uri": "" })),
            503,
        ),
        (
            "a number",
            Reply::Json(201, json!({ "request_uri": 1 })),
            503,
        ),
        (
            "an error with 200",
            Reply::error(200, "invalid_request"),
            500,
        ),
        ("a page", Reply::html(200), 503),
        (
            "not a created request",
            Reply::Json(500, json!({ "request_uri": "urn:a" })),
            503,
        ),
    ] {
        let env = TestEnvBuilder::new().set(PUSH, "true").build().await;
        env.provider.reply(Endpoint::PushedAuthorization, reply);
        let mut browser = env.browser();
        let response = browser.get("/auth/login").await;
        env.assert_login_failed(&mut browser, &response, status, case)
            .await;
        assert_eq!(browser.pending_logins(), 0, "{case}");
    }
}

#[tokio::test]
async fn a_provider_without_the_endpoint_fails_the_login() {
    let env = TestEnvBuilder::new().set(PUSH, "true").build().await;
    env.provider.modify(Part::Metadata, |metadata| {
        let members = metadata.as_object_mut().unwrap();
        members.remove("pushed_authorization_request_endpoint");
    });
    let mut browser = env.browser();
    let response = browser.get("/auth/login").await;
    env.assert_login_failed(&mut browser, &response, 503, "no endpoint")
        .await;
}
