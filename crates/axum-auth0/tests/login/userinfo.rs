//! Userinfo, for ID tokens without claims about the user.

use http::StatusCode;
use serde_json::{Value, json};

use crate::app::TestEnv;
use test_support::{Endpoint, Part, Reply};

/// Builds a provider whose ID tokens contain no claims about the user but `sub`.
async fn without_claims() -> TestEnv {
    let env = TestEnv::new().await;
    env.provider.modify(Part::IdToken, |claims| {
        let claims = claims.as_object_mut().unwrap();
        claims.remove("name");
        claims.remove("email");
    });
    env
}

async fn profile(env: &TestEnv) -> Value {
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.body);
    let response = browser.get("/auth/profile").await;
    assert_eq!(response.status, StatusCode::OK);
    response.json()
}

#[tokio::test]
async fn the_profile_is_completed_from_userinfo() {
    let env = without_claims().await;
    env.provider.modify(Part::Userinfo, |claims| {
        claims["iss"] = json!("https://evil.example");
        claims["https://example.com/roles"] = json!(["admin"]);
    });
    let profile = profile(&env).await;
    assert_eq!(profile["sub"], "auth0|alice");
    assert_eq!(profile["name"], "alice of Userinfo");
    assert_eq!(profile["https://example.com/roles"], json!(["admin"]));
    assert_eq!(profile.get("iss"), None);
    let asked = env.provider.requests(Endpoint::Userinfo);
    // oidcc-client-test-userinfo-bearer-header: only in the header.
    assert!(
        asked[0]
            .authorization
            .as_ref()
            .unwrap()
            .starts_with("Bearer ")
    );
    assert!(asked[0].form.is_empty());
    assert_eq!(asked.len(), 1);
}

#[tokio::test]
async fn userinfo_is_not_requested_if_the_id_token_has_a_name() {
    let env = TestEnv::new().await;
    let profile = profile(&env).await;
    assert_eq!(
        profile,
        json!({ "sub": "auth0|alice", "name": "alice Example", "email": "alice@example.com" }),
        "the user's claims without those of the protocol"
    );
    assert_eq!(env.provider.request_count(Endpoint::Userinfo), 0);
}

/// oidcc-client-test-userinfo-invalid-sub, -aggregated-claims, -distributed-claims.
#[tokio::test]
async fn an_untrusted_userinfo_response_is_ignored() {
    for (case, sub) in [
        ("another sub", Some(json!("auth0|mallory"))),
        ("sub + invalid", Some(json!("auth0|aliceinvalid"))),
        ("no sub", None),
        ("sub a list", Some(json!(["auth0|alice"]))),
    ] {
        let env = without_claims().await;
        env.provider
            .modify(Part::Userinfo, move |claims| match &sub {
                Some(sub) => claims["sub"] = sub.clone(),
                None => drop(claims.as_object_mut().unwrap().remove("sub")),
            });
        assert_eq!(
            profile(&env).await,
            json!({ "sub": "auth0|alice" }),
            "{case}"
        );
        assert_eq!(env.provider.request_count(Endpoint::Userinfo), 1, "{case}");
    }
}

/// Some providers reject an access token for an API at userinfo; the login succeeds anyway.
#[tokio::test]
async fn a_login_succeeds_if_userinfo_fails() {
    let huge = "A".repeat(2 * 1024 * 1024);
    for (case, reply) in [
        ("401", Reply::status(401)),
        ("403", Reply::status(403)),
        ("404", Reply::status(404)),
        ("500", Reply::html(500)),
        ("HTML", Reply::html(200)),
        ("a JWT", Reply::text(200, "application/jwt", "a.b.c")),
        ("a list", Reply::Json(200, json!(["sub"]))),
        ("2 MB", Reply::text(200, "application/json", &huge)),
        ("cut off", Reply::Truncated),
    ] {
        let env = without_claims().await;
        env.provider.reply(Endpoint::Userinfo, reply);
        assert_eq!(
            profile(&env).await,
            json!({ "sub": "auth0|alice" }),
            "{case}"
        );
    }
    let env = without_claims().await;
    env.provider.modify(Part::Metadata, |metadata| {
        drop(
            metadata
                .as_object_mut()
                .unwrap()
                .remove("userinfo_endpoint"),
        );
    });
    assert_eq!(profile(&env).await, json!({ "sub": "auth0|alice" }), "none");
}

/// Aggregated and distributed claims are not fetched.
#[tokio::test]
async fn distributed_claims_are_not_fetched() {
    let env = without_claims().await;
    let elsewhere = env.provider.url("/internal");
    env.provider.modify(Part::Userinfo, move |claims| {
        claims["_claim_names"] = json!({ "shoe_size": "src" });
        claims["_claim_sources"] = json!({ "src": { "endpoint": elsewhere, "access_token": "x" } });
    });
    assert_eq!(profile(&env).await["name"], "alice of Userinfo");
    assert_eq!(env.provider.request_count(Endpoint::Unknown), 0);
}
