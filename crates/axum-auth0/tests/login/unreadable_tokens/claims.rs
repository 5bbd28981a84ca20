//! Scopes, issuers, and claims of the protocol.

use serde_json::{Value, json};
use test_support::{PRODUCTS, Part, log_capture};

use super::HOUR;
use crate::app::{TestEnv, TestEnvBuilder};

#[tokio::test]
async fn a_scope_of_another_type_does_not_count_as_the_requested_one() {
    for scope in [
        json!(5),
        json!({ "read:products": true }),
        json!(["read:products", 5]),
    ] {
        let env = TestEnv::new().await;
        let changed = scope.clone();
        env.provider.modify(Part::AccessToken, move |claims| {
            claims["scope"] = changed.clone();
        });
        let mut browser = env.logged_in("alice").await;
        let diagnosis = browser.get("/token").await.json();
        assert_eq!(diagnosis["code"], "malformed_token", "{scope}");
        assert!(
            diagnosis["cause"]
                .as_str()
                .unwrap()
                .contains("the claim scope is malformed")
        );
    }
}

#[tokio::test]
async fn scopes_are_read_from_scope_or_scp_and_the_log_says_which() {
    for (changes, claim) in [
        (
            json!({ "scope": ["read:products", "write:products"], "scp": "x" }),
            "scope",
        ),
        (
            json!({ "scope": null, "scp": ["read:products", "write:products"] }),
            "scp",
        ),
        (
            json!({ "scope": "", "scp": "read:products write:products" }),
            "scp",
        ),
    ] {
        let env = TestEnv::new().await;
        let changed = changes.clone();
        env.provider.modify(Part::AccessToken, move |claims| {
            for (name, value) in changed.as_object().unwrap() {
                claims[name] = value.clone();
            }
        });
        let mut browser = env.logged_in("alice").await;
        env.token(&mut browser).await;
        let log = log_capture::captured();
        let line =
            format!("read the scopes of an access token audience=\"{PRODUCTS}\" claim=\"{claim}\"");
        assert!(log.contains(&line), "{changes}");
    }
}

#[tokio::test]
async fn a_second_issuer_of_access_tokens_is_accepted_only_if_it_is_configured_and_exactly() {
    const ADFS: &str = "http://adfs.example.com/adfs/services/trust";
    let issuing = |issuer: &'static str| move |claims: &mut Value| claims["iss"] = json!(issuer);
    let build = || {
        TestEnvBuilder::new()
            .set("AUTH0_TOKEN_ISSUER", ADFS)
            .build()
    };
    let env = build().await;
    env.provider.modify(Part::AccessToken, issuing(ADFS));
    let mut browser = env.logged_in("alice").await;
    env.token(&mut browser).await;
    // The provider's own issuer is still accepted.
    env.provider.reset(Part::AccessToken);
    env.clock.advance(2 * HOUR);
    env.token(&mut browser).await;

    for other in [
        "https://adfs.example.com/adfs/services/trust",
        "http://adfs.example.com/adfs/services/trust/",
        "http://ADFS.example.com/adfs/services/trust",
    ] {
        let env = build().await;
        env.provider.modify(Part::AccessToken, issuing(other));
        let mut browser = env.logged_in("alice").await;
        let diagnosis = browser.get("/token").await.json();
        assert_eq!(diagnosis["code"], "wrong_issuer", "{other}");
        assert!(
            diagnosis["cause"].as_str().unwrap().contains(ADFS),
            "{diagnosis}"
        );
    }
    // An ID token has the provider's own issuer in any case.
    let env = build().await;
    env.provider.modify(Part::IdToken, issuing(ADFS));
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 502, "an ID token")
        .await;

    let env = TestEnv::new().await;
    env.provider.modify(Part::AccessToken, issuing(ADFS));
    let mut browser = env.logged_in("alice").await;
    let diagnosis = browser.get("/token").await.json();
    assert_eq!(diagnosis["code"], "wrong_issuer");
    assert!(
        diagnosis["fix"]
            .as_str()
            .unwrap()
            .contains("AUTH0_TOKEN_ISSUER")
    );
}

#[tokio::test]
async fn protocol_claims_are_not_in_the_profile() {
    let protocol = json!({
        "scope": "openid profile", "client_id": "leptos-auth0-sample", "token_use": "id", "alg": "RS256", "typ": "ID",
        "scp": ["openid"], "kid": "first", "ver": "2.0", "cid": "x", "cnf": { "jkt": "x" }, "origin_jti": "x", "session_state": "x",
        "_claim_names": { "groups": "src1" }, "_claim_sources": { "src1": {} },
    });
    let personal =
        json!({ "department": "sales", "https://example.com/roles": ["admin"], "org_id": "org_1" });
    for part in [Part::IdToken, Part::Userinfo] {
        let env = TestEnv::new().await;
        env.provider.modify(Part::IdToken, |claims| {
            for name in ["name", "email"] {
                claims.as_object_mut().unwrap().remove(name);
            }
        });
        let (protocol_claims, personal_claims) = (protocol.clone(), personal.clone());
        env.provider.modify(part, move |claims| {
            if part == Part::IdToken {
                claims["name"] = Value::Null;
            }
            for added in [&protocol_claims, &personal_claims] {
                for (name, value) in added.as_object().unwrap() {
                    claims[name] = value.clone();
                }
            }
        });
        let mut browser = env.logged_in("alice").await;
        let profile = browser.get("/auth/profile").await.json();
        for name in protocol.as_object().unwrap().keys() {
            assert_eq!(profile.get(name), None, "{part:?}: {name}");
        }
        for (name, value) in personal.as_object().unwrap() {
            assert_eq!(profile.get(name), Some(value), "{part:?}: {name}");
        }
    }
}
