//! Revocation of refresh tokens: client authentication, and providers that cannot revoke.

use http::StatusCode;
use serde_json::{Value, json};

use crate::app::TestEnv;
use test_support::{Endpoint, Part, Reply};

const POST: &str = "client_secret_post";
const BASIC: &str = "client_secret_basic";

fn set(name: &'static str, value: Option<Value>) -> impl Fn(&mut Value) + Send + Sync + 'static {
    move |metadata| {
        let members = metadata.as_object_mut().unwrap();
        match value.clone() {
            Some(value) => members.insert(name.to_owned(), value),
            None => members.remove(name),
        };
    }
}

/// RFC 8414 §2: each endpoint has its own list; the default is `client_secret_basic`.
#[tokio::test]
async fn the_revocation_endpoint_has_its_own_authentication_method() {
    let methods = "revocation_endpoint_auth_methods_supported";
    for (case, list, takes, expected) in [
        ("Basic alone", Some(json!([BASIC])), BASIC, 1),
        ("absent", None, BASIC, 1),
        ("null", Some(json!(null)), BASIC, 1),
        ("post alone", Some(json!([POST])), POST, 1),
        ("both", Some(json!([BASIC, POST])), POST, 1),
        (
            "others first",
            Some(json!(["private_key_jwt", BASIC])),
            BASIC,
            1,
        ),
        // Providers whose metadata differs from what they accept.
        ("absent, but post", None, POST, 2),
        ("Basic, but post", Some(json!([BASIC])), POST, 2),
        ("both, but Basic", Some(json!([BASIC, POST])), BASIC, 2),
    ] {
        let env = TestEnv::new().await;
        env.provider.modify(Part::Metadata, set(methods, list));
        env.provider
            .policy(|policy| policy.revocation_method = Some(takes));
        let mut browser = env.logged_in("alice").await;
        browser.post("/auth/logout", "").await;
        env.provider
            .wait_for_requests(Endpoint::Revocation, expected)
            .await;
        while env.provider.revoked_families() == 0 {
            tokio::task::yield_now().await;
        }
        let requests = env.provider.requests(Endpoint::Revocation);
        assert_eq!(requests.len(), expected, "{case}");
        let by_basic = requests.last().unwrap().authorization.is_some();
        assert_eq!(by_basic, takes == BASIC, "{case}");
    }
}

#[tokio::test]
async fn a_provider_without_a_revocation_endpoint_is_an_error() {
    for (case, change) in [
        ("no revocation endpoint", set("revocation_endpoint", None)),
        ("null", set("revocation_endpoint", Some(json!(null)))),
        (
            "an unsafe one",
            set(
                "revocation_endpoint",
                Some(json!("http://192.0.2.1/revoke")),
            ),
        ),
    ]
    .map(|(case, change)| (case, Box::new(change)))
    {
        let env = TestEnv::new().await;
        env.provider.modify(Part::Metadata, change);
        let mut browser = env.logged_in("alice").await;
        let response = browser.get("/token/revoke").await;
        assert_eq!(response.status, StatusCode::NOT_IMPLEMENTED, "{case}");
        assert_eq!(response.json()["code"], "revocation_unsupported", "{case}");
        // The refresh token is kept.
        env.clock.advance(7_200);
        env.token(&mut browser).await;
        // A logout ends the session anyway.
        let response = browser.post("/auth/logout", "").await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{case}");
        assert_eq!(browser.whoami().await, "anonymous", "{case}");
    }
}

#[tokio::test]
async fn a_provider_that_revokes_no_refresh_tokens_is_an_error() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let refusal = Reply::error(400, "unsupported_token_type");
    env.provider.reply(Endpoint::Revocation, refusal);
    let response = browser.get("/token/revoke").await;
    assert_eq!(response.json()["code"], "revocation_unsupported");
    env.provider.recover(Endpoint::Revocation);
    assert_eq!(browser.get("/token/revoke").await.body, "revoked");
}
