//! Giving refresh tokens back: how the client authenticates there, and what is said where it cannot be done.

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

/// RFC 8414 §2: each endpoint has a list of its own, and without one it is `client_secret_basic`.
#[tokio::test]
async fn the_revocation_endpoint_has_its_own_authentication_method() {
    let methods = "revocation_endpoint_auth_methods_supported";
    for (case, list, takes, requests) in [
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
        // Providers whose metadata says something else than what they take.
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
            .wait_for_requests(Endpoint::Revocation, requests)
            .await;
        while env.provider.ended_families() == 0 {
            tokio::task::yield_now().await;
        }
        let asked = env.provider.requests(Endpoint::Revocation);
        assert_eq!(asked.len(), requests, "{case}");
        let by_basic = asked.last().unwrap().authorization.is_some();
        assert_eq!(by_basic, takes == BASIC, "{case}");
    }
}

#[tokio::test]
async fn a_provider_that_cannot_revoke_is_no_success() {
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
        let answer = browser.go("/token/revoke").await;
        assert_eq!(answer.status, StatusCode::NOT_IMPLEMENTED, "{case}");
        assert_eq!(answer.json()["code"], "revocation_unsupported", "{case}");
        // Nothing was done, so nothing is forgotten.
        env.clock.advance(7_200);
        env.token(&mut browser).await;
        // A logout ends here all the same.
        let answer = browser.post("/auth/logout", "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{case}");
        assert_eq!(browser.who().await, "anonymous", "{case}");
    }
}

#[tokio::test]
async fn a_provider_that_revokes_no_refresh_tokens_is_no_success_either() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let refusal = Reply::error(400, "unsupported_token_type");
    env.provider.reply(Endpoint::Revocation, refusal);
    let answer = browser.go("/token/revoke").await;
    assert_eq!(answer.json()["code"], "revocation_unsupported");
    env.provider.recover(Endpoint::Revocation);
    assert_eq!(browser.go("/token/revoke").await.body, "revoked");
}
