//! Which logout tokens are valid. The names of the conformance suite's modules are in the cases.

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use test_support::{Endpoint, Reply, Signer};

use super::{EVENT, claims, post, sign, without};
use crate::app::{TestEnv, TestEnvBuilder};

/// Asserts that a token is refused and that alice stays signed in.
async fn assert_refused(env: &TestEnv, token: &str, case: &str) {
    let response = post(env, token).await;
    assert_eq!(response.status, 400, "{case}: {}", response.body);
    assert_eq!(response.cache_control, "no-store", "{case}");
    let body: Value = serde_json::from_str(&response.body).unwrap();
    assert_eq!(body["error"], "invalid_request", "{case}");
    assert!(body["error_description"].is_string(), "{case}");
    assert_eq!(env.store.logins().await.len(), 1, "{case}");
}

fn unsigned(claims: &Value) -> String {
    use test_support::signer::encode;
    let header = json!({ "alg": "none", "typ": "logout+jwt" });
    format!(
        "{}.{}.",
        encode(header.to_string()),
        encode(claims.to_string())
    )
}

#[tokio::test]
async fn the_tokens_of_the_conformance_suite_get_200_or_400() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_ID_TOKEN_SIGNING_ALG", "ES256")
        .build()
        .await;
    let mut browser = env.logged_in("alice").await;
    let valid = claims(&env, "alice");
    let with = |name: &str, value: Value| {
        let mut changed = valid.clone();
        changed[name] = value;
        changed
    };
    let other = Signer::rsa("rsa", Algorithm::RS256);
    env.provider
        .publish(vec![env.provider.signer().jwk(), other.jwk()]);
    for (case, token) in [
        ("alg-none", unsigned(&valid)),
        ("wrong-alg", other.sign(&valid)),
        ("no-event", sign(&env, &without(valid.clone(), "events"))),
        (
            "wrong-event",
            sign(
                &env,
                &with(
                    "events",
                    json!({ "http://schemas.openid.net/event/foobar": {} }),
                ),
            ),
        ),
        ("with-nonce", sign(&env, &with("nonce", json!("n")))),
        (
            "wrong-aud",
            sign(&env, &with("aud", json!("clientINVALID"))),
        ),
        (
            "wrong-iss",
            sign(
                &env,
                &with("iss", json!(format!("{}INVALID", env.provider.issuer()))),
            ),
        ),
    ] {
        assert_refused(&env, &token, case).await;
    }
    assert_eq!(browser.whoami().await, "auth0|alice");
    let response = post(&env, &sign(&env, &valid)).await;
    assert_eq!(response.status, 200, "{}", response.body);
    assert_eq!(response.cache_control, "no-store");
    assert_eq!(browser.whoami().await, "anonymous");
}

#[tokio::test]
async fn a_token_that_breaks_one_rule_is_refused() {
    let env = TestEnv::new().await;
    env.logged_in("alice").await;
    let valid = claims(&env, "alice");
    let now = env.clock_now();
    for (name, value) in [
        ("iss", Value::Null),
        ("aud", json!([])),
        ("aud", json!(["another"])),
        ("iat", json!(now + 3_600)),
        ("iat", json!(now - 3_600)),
        ("iat", json!("now")),
        ("exp", json!(now - 120)),
        ("exp", json!(now + 8 * 86_400)),
        ("exp", json!("tomorrow")),
        ("jti", json!("")),
        ("jti", json!(7)),
        ("sub", json!(7)),
        ("sid", json!(["session-of-alice"])),
        ("sid", json!("x".repeat(1_025))),
        ("events", json!({ EVENT: null })),
        ("events", json!({ EVENT: "" })),
        ("events", json!({ EVENT: [] })),
        ("events", json!([EVENT])),
        ("events", json!(EVENT)),
        ("nonce", Value::Null),
    ] {
        let mut changed = valid.clone();
        changed[name] = value.clone();
        let case = format!("{name}: {:.40}", value.to_string());
        assert_refused(&env, &sign(&env, &changed), &case).await;
    }
    for name in ["iss", "aud", "iat", "exp", "jti", "events"] {
        let token = sign(&env, &without(valid.clone(), name));
        assert_refused(&env, &token, &format!("without {name}")).await;
    }
    let neither = without(without(valid.clone(), "sub"), "sid");
    assert_refused(&env, &sign(&env, &neither), "without sub and sid").await;
    let forged = Signer::es256("first", 9).sign(&valid);
    assert_refused(&env, &forged, "a forged signature").await;
    for case in ["", "opaque", "a.b.c"] {
        assert_refused(&env, case, case).await;
    }
}

#[tokio::test]
async fn other_tokens_of_the_provider_are_no_logout_tokens() {
    let env = TestEnv::new().await;
    env.logged_in("alice").await;
    let valid = claims(&env, "alice");
    let signer = env.provider.signer();
    for kind in ["at+jwt", "id_token+jwt", "secevent+jwt", "dpop+jwt"] {
        let mut header = signer.header();
        header["typ"] = json!(kind);
        let token = signer.sign_with_header(&header, &valid);
        assert_refused(&env, &token, kind).await;
    }
    let mut id_token = without(valid.clone(), "events");
    id_token["nonce"] = json!("n");
    assert_refused(&env, &signer.sign(&id_token), "an ID token").await;
    let access_token = without(valid, "events");
    assert_refused(&env, &signer.sign(&access_token), "an access token").await;
}

#[tokio::test]
async fn a_token_without_a_type_of_its_own_is_accepted() {
    for kind in [None, Some("JWT"), Some("jwt"), Some("LOGOUT+JWT")] {
        let env = TestEnv::new().await;
        env.logged_in("alice").await;
        let signer = env.provider.signer();
        let mut header = signer.header();
        match kind {
            Some(kind) => header["typ"] = json!(kind),
            None => {
                header.as_object_mut().unwrap().remove("typ");
            }
        }
        let token = signer.sign_with_header(&header, &claims(&env, "alice"));
        assert_eq!(post(&env, &token).await.status, 200, "{kind:?}");
        assert!(env.store.logins().await.is_empty(), "{kind:?}");
    }
}

#[tokio::test]
async fn without_the_providers_keys_the_provider_is_asked_to_repeat() {
    let env = TestEnv::new().await;
    env.logged_in("alice").await;
    let replica = env.restarted(&[]).await;
    let token = sign(&env, &claims(&env, "alice"));
    env.provider
        .reply(Endpoint::Keys, Reply::error(503, "down"));
    let response = super::post_to(&replica, &token).await;
    assert_eq!(response.status, 503, "{}", response.body);
    assert_eq!(response.cache_control, "no-store");
    env.provider.recover(Endpoint::Keys);
    env.clock.advance(10);
    assert_eq!(super::post_to(&replica, &token).await.status, 200);
    assert!(env.store.logins().await.is_empty());
}
