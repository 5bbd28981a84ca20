//! Header and format of the ID token.

use serde_json::json;

use super::{assert_accepted, assert_rejected, replace};
use crate::app::TestEnv;
use test_support::{Endpoint, Part, Signer};

/// `jwk`, `jku` and `x5u` of the header are ignored.
#[tokio::test]
async fn headers_with_keys_or_critical_extensions_are_rejected() {
    let env = TestEnv::new().await;
    let evil = Signer::es256("evil", 66);
    let address = env.provider.url("/evil-keys");
    for (case, member, value) in [
        ("jku", "jku", json!(address)),
        ("x5u", "x5u", json!(address)),
        ("jwk", "jwk", evil.jwk()),
        ("x5c", "x5c", json!(["MIIB"])),
    ] {
        let forger = evil.clone();
        replace(&env, move |_, claims| {
            let mut header = forger.header();
            header[member] = value.clone();
            forger.sign_with_header(&header, &claims)
        });
        assert_rejected(&env, case).await;
    }
    let signer = env.provider.signer();
    for (case, member, value) in [
        ("crit", "crit", json!(["exp"])),
        ("b64", "b64", json!(false)),
        ("zip", "zip", json!("DEF")),
        ("typ logout+jwt", "typ", json!("logout+jwt")),
        ("typ Logout+JWT", "typ", json!("Logout+JWT")),
        ("kid a number", "kid", json!(1)),
    ] {
        let signer = signer.clone();
        replace(&env, move |mut header, claims| {
            header[member] = value.clone();
            signer.sign_with_header(&header, &claims)
        });
        assert_rejected(&env, case).await;
    }
    // With a matching key they are ignored.
    replace(&env, move |mut header, claims| {
        header["jku"] = json!(address);
        signer.sign_with_header(&header, &claims)
    });
    assert_accepted(&env, "jku beside a good key").await;
    assert_eq!(env.provider.request_count(Endpoint::Unknown), 0);
}

#[tokio::test]
async fn other_kinds_of_tokens_are_rejected() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::ExchangeResponse, |response| {
        response["id_token"] = response["access_token"].clone();
    });
    assert_rejected(&env, "the access token").await;
    env.provider.modify(Part::ExchangeResponse, |response| {
        response["id_token"] = response["refresh_token"].clone();
    });
    assert_rejected(&env, "the refresh token").await;
}

#[tokio::test]
async fn malformed_tokens_are_rejected() {
    let env = TestEnv::new().await;
    let signer = env.provider.signer();
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(2_000), "]".repeat(2_000));
    let signed_deep = signer.sign_text(&signer.header().to_string(), &deep);
    for (case, token) in [
        ("half a megabyte", "A".repeat(500_000)),
        ("half a megabyte of dots", ".".repeat(500_000)),
        ("opaque", "opaque".to_owned()),
        ("two parts", "a.b".to_owned()),
        ("five parts: JWE", "a.b.c.d.e".to_owned()),
        (
            "JSON serialization",
            "{\"payload\":\"\",\"signatures\":[]}".to_owned(),
        ),
        ("deep JSON", signed_deep),
    ] {
        env.provider
            .modify(Part::ExchangeResponse, move |response| {
                response["id_token"] = json!(token);
            });
        assert_rejected(&env, case).await;
    }
}

/// Duplicate members are ambiguous.
#[tokio::test]
async fn duplicate_claims_are_rejected() {
    let env = TestEnv::new().await;
    let signer = env.provider.signer();
    replace(&env, move |header, claims| {
        let claims = claims.to_string();
        let twice = format!("{{\"sub\":\"auth0|mallory\",{}", &claims[1..]);
        signer.sign_text(&header.to_string(), &twice)
    });
    assert_rejected(&env, "sub twice").await;
}
