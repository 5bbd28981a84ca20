//! Keys, proofs and nonces.

use std::collections::HashSet;

use http::StatusCode;
use serde_json::{Value, json};
use test_support::{Endpoint, Part, Reply, log_capture};

use super::{HOUR, env, only, proof};
use crate::app::{TestEnv, TestEnvBuilder};

#[tokio::test]
async fn each_login_has_a_key_of_its_own_and_refreshes_with_it() {
    let env = env().await;
    let mut keys = HashSet::new();
    let mut ids = HashSet::new();
    for user in ["alice", "bob"] {
        env.provider.clear_request_log();
        let mut browser = env.browser();
        browser.log_in(&env.provider, user).await;
        let authorize = only(&env, Endpoint::Authorize);
        let token = env.token(&mut browser).await;
        env.clock.advance(2 * HOUR);
        let refreshed = env.token(&mut browser).await;
        let jkt = authorize.get("dpop_jkt").unwrap();
        for token in [&token, &refreshed] {
            assert_eq!(token["cnf"]["jkt"], jkt);
        }
        for endpoint in [Endpoint::Exchange, Endpoint::Refresh] {
            let proof = proof(&only(&env, endpoint));
            assert_eq!(proof.jkt, jkt, "{endpoint:?}");
            assert_eq!(proof.claims.get("ath"), None, "{endpoint:?}");
            assert!(ids.insert(proof.claims["jti"].to_string()), "{endpoint:?}");
        }
        assert!(keys.insert(jkt.to_owned()), "{user}");
    }
}

#[tokio::test]
async fn a_pushed_request_binds_the_code_as_well() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_DPOP", "true")
        .set("AUTH0_PUSHED_AUTHORIZATION_REQUESTS", "true")
        .build()
        .await;
    env.browser().log_in(&env.provider, "alice").await;
    let pushed = only(&env, Endpoint::PushedAuthorization);
    let exchanged = proof(&only(&env, Endpoint::Exchange));
    assert_eq!(pushed.get("dpop_jkt"), Some(exchanged.jkt.as_str()));
}

#[tokio::test]
async fn without_the_switch_there_is_neither_a_key_nor_a_proof() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    browser.log_in(&env.provider, "alice").await;
    assert_eq!(only(&env, Endpoint::Authorize).get("dpop_jkt"), None);
    assert!(!only(&env, Endpoint::Exchange).headers.contains_key("dpop"));
    assert_eq!(env.token(&mut browser).await["cnf"], Value::Null);
}

/// RFC 9449 §8: the provider asks for a nonce, and the next requests have it at once.
#[tokio::test]
async fn a_nonce_of_the_provider_is_sent_in_one_retry_and_remembered() {
    let env = env().await;
    env.provider
        .policy(|policy| policy.dpop_nonce = Some("nonce-1"));
    let mut browser = env.browser();
    browser.log_in(&env.provider, "alice").await;
    let exchanges = env.provider.requests(Endpoint::Exchange);
    assert_eq!(exchanges.len(), 2);
    let proofs: Vec<_> = exchanges.iter().map(proof).collect();
    assert_eq!(proofs[0].claims.get("nonce"), None);
    assert_eq!(proofs[1].claims["nonce"], "nonce-1");
    assert_ne!(proofs[0].claims["jti"], proofs[1].claims["jti"]);

    env.clock.advance(2 * HOUR);
    env.token(&mut browser).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
    // The provider's nonce changes.
    env.provider
        .policy(|policy| policy.dpop_nonce = Some("nonce-2"));
    env.clock.advance(2 * HOUR);
    env.token(&mut browser).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 3);
    assert_eq!(env.provider.revoked_families(), 0);
}

/// A client assertion can be used once, so the retry has a new one.
#[tokio::test]
async fn a_retry_with_a_nonce_authenticates_with_a_new_assertion() {
    const P256: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg4e/64Yvi4Sa1jorK
6rmC3QZc7rq8LEZLeTQYyYEKTVqhRANCAASF1He7LXZSHMCHLBdZXTkS6tEH7D+B
xA6b9/SBHsoWN5f6XdVyziozahOAVzTfNOAYCD9Xt2Sg/QL2dtgTThDv
-----END PRIVATE KEY-----";
    let env = TestEnvBuilder::new()
        .set("AUTH0_DPOP", "true")
        .unset("AUTH0_CLIENT_SECRET")
        .set("AUTH0_CLIENT_ASSERTION_SIGNING_KEY", P256)
        .build()
        .await;
    let key = axum_auth0::jwt::SigningKey::from_pem(P256, None).unwrap();
    env.provider.policy(|policy| {
        policy.client_key = Some(key.public_jwk().into());
        policy.dpop_nonce = Some("nonce-1");
    });
    env.browser().log_in(&env.provider, "alice").await;
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 2);
}

/// A provider that asks for a nonce again and again gets two requests, not more.
#[tokio::test]
async fn a_provider_that_always_asks_for_a_nonce_fails_the_login_after_one_retry() {
    let env = env().await;
    env.provider.reply(
        Endpoint::Exchange,
        test_support::Reply::error(400, "use_dpop_nonce").with_header("dpop-nonce", "never"),
    );
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 500, "always a nonce")
        .await;
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 2);
}

#[tokio::test]
async fn a_proof_that_the_provider_refuses_is_a_diagnosis_about_the_clock() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_DPOP", "true")
        .set("AUTH0_DPOP_CLOCK_SKEW", "-120")
        .build()
        .await;
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 500, "an old proof")
        .await;
    assert!(
        response.body.contains("AUTH0_DPOP_CLOCK_SKEW"),
        "{}",
        response.body
    );
    assert!(log_capture::captured().contains("code=\"dpop_proof_refused\""));
}

/// Keycloak answers `invalid_request` to a client that is registered with bound tokens.
#[tokio::test]
async fn a_provider_that_requires_a_proof_is_a_diagnosis_about_the_setting() {
    for (error, description) in [
        ("invalid_grant", "DPoP proof JWT not provided"),
        ("invalid_request", "DPoP proof is missing"),
        ("invalid_dpop_proof", ""),
    ] {
        let env = TestEnv::new().await;
        let reply = json!({ "error": error, "error_description": description });
        env.provider
            .reply(Endpoint::Exchange, Reply::Json(400, reply));
        let mut browser = env.browser();
        let response = browser.attempt_login(&env.provider, "alice").await;
        env.assert_login_failed(&mut browser, &response, 500, error)
            .await;
        assert!(response.body.contains("AUTH0_DPOP=true"), "{error}");
        assert!(response.body.contains(description), "{error}");
        assert!(log_capture::captured().contains("code=\"dpop_proof_refused\""));
    }
    // A code that expired is no such error, and neither is one of a site with proofs.
    for (dpop, description) in [("false", "code is expired"), ("true", "failed DPoP jkt")] {
        let env = TestEnvBuilder::new().set("AUTH0_DPOP", dpop).build().await;
        let reply = json!({ "error": "invalid_grant", "error_description": description });
        env.provider
            .reply(Endpoint::Exchange, Reply::Json(400, reply));
        let mut browser = env.browser();
        let response = browser.attempt_login(&env.provider, "alice").await;
        env.assert_login_failed(&mut browser, &response, 400, description)
            .await;
        let log = log_capture::captured();
        assert!(log.contains(description), "{log}");
        assert!(log.contains("login failed: invalid_grant") && log.contains("fix="));
    }
}

#[tokio::test]
async fn a_provider_that_begins_to_require_proofs_ends_no_session() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let description = "DPoP proof JWT not provided";
    let reply = json!({ "error": "invalid_grant", "error_description": description });
    env.provider
        .reply(Endpoint::Refresh, Reply::Json(400, reply));
    env.clock.advance(HOUR);
    let response = browser.get("/token").await;
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(response.json()["code"], "dpop_proof_refused");
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn the_time_of_a_proof_is_adjusted_by_the_clock_skew() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_DPOP", "true")
        .set("AUTH0_DPOP_CLOCK_SKEW", "-30")
        .build()
        .await;
    env.browser().log_in(&env.provider, "alice").await;
    let proof = proof(&only(&env, Endpoint::Exchange));
    assert_eq!(proof.claims["iat"], env.clock_now() - 30);
}

/// RFC 9449 §7: userinfo is a resource of the provider.
#[tokio::test]
async fn userinfo_is_asked_with_a_proof_of_the_token() {
    for nonce in [None, Some("nonce-1")] {
        let env = env().await;
        env.provider.policy(|policy| policy.dpop_nonce = nonce);
        env.provider.modify(Part::IdToken, |claims| {
            let claims = claims.as_object_mut().unwrap();
            claims.remove("name");
            claims.remove("email");
        });
        let mut browser = env.browser();
        browser.log_in(&env.provider, "alice").await;
        let profile = browser.get("/auth/profile").await.json();
        assert_eq!(profile["name"], "alice of Userinfo", "{nonce:?}");
        let asked = env.provider.requests(Endpoint::Userinfo);
        let last = asked.last().unwrap();
        let token = last.authorization.as_deref().unwrap();
        let token = token.strip_prefix("DPoP ").unwrap();
        assert_eq!(
            proof(last).claims["ath"],
            test_support::dpop::hash(token).as_str()
        );
    }
}
