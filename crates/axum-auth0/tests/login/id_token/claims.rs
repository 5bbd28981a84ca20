//! Claims of the ID token.

use http::StatusCode;
use serde_json::json;

use super::{assert_accepted, assert_claim_rejected, assert_rejected};
use crate::app::TestEnv;
use test_support::{CLIENT_ID, ORDERS, PRODUCTS, Part, Signer};

#[tokio::test]
async fn wrong_issuers_audiences_and_subjects_are_rejected() {
    let env = TestEnv::new().await;
    let issuer = env.provider.issuer().to_owned();
    for (case, name, value) in [
        // oidcc-client-test-invalid-iss
        ("iss + 1", "iss", Some(json!(format!("{issuer}1")))),
        (
            "iss without its slash",
            "iss",
            Some(json!(issuer.trim_end_matches('/'))),
        ),
        (
            "iss in upper case",
            "iss",
            Some(json!(issuer.to_uppercase())),
        ),
        // fapi2-…-missing-iss
        ("no iss", "iss", None),
        ("iss a list", "iss", Some(json!([issuer]))),
        // oidcc-client-test-missing-aud, -invalid-aud
        ("no aud", "aud", None),
        ("aud + 1", "aud", Some(json!(format!("{CLIENT_ID}1")))),
        ("aud a prefix", "aud", Some(json!(&CLIENT_ID[..5]))),
        (
            "aud in upper case",
            "aud",
            Some(json!(CLIENT_ID.to_uppercase())),
        ),
        ("aud a number", "aud", Some(json!(7))),
        ("aud an empty list", "aud", Some(json!([]))),
        (
            "aud a list of others",
            "aud",
            Some(json!(["other", PRODUCTS])),
        ),
        (
            "aud a list with a number",
            "aud",
            Some(json!([CLIENT_ID, 7])),
        ),
        ("aud nested", "aud", Some(json!([[CLIENT_ID]]))),
        // fapi2-…-invalid-secondary-aud
        (
            "another aud beside, no azp",
            "aud",
            Some(json!([CLIENT_ID, "untrusted"])),
        ),
        ("azp another", "azp", Some(json!("other"))),
        ("azp a list", "azp", Some(json!([CLIENT_ID]))),
        // oidcc-client-test-missing-sub
        ("no sub", "sub", None),
        ("sub empty", "sub", Some(json!(""))),
        ("sub null", "sub", Some(json!(null))),
        ("sub a number", "sub", Some(json!(5))),
        ("sub of 256 characters", "sub", Some(json!("a".repeat(256)))),
        ("sub of 4 KB", "sub", Some(json!("a".repeat(4096)))),
    ] {
        assert_claim_rejected(&env, case, name, value).await;
    }
}

#[tokio::test]
async fn wrong_dates_nonces_and_hashes_are_rejected() {
    let env = TestEnv::new().await;
    let now = env.clock_now();
    for (case, name, value) in [
        // oidcc-client-test-missing-iat, iat-is-week-in-past
        ("no iat", "iat", None),
        ("iat a week ago", "iat", Some(json!(now - 7 * 86_400))),
        ("iat 601 seconds ago", "iat", Some(json!(now - 601))),
        ("iat in the future", "iat", Some(json!(now + 61))),
        ("iat a string", "iat", Some(json!(now.to_string()))),
        // fapi2-…-missing-exp, -invalid-expired-exp
        ("no exp", "exp", None),
        ("expired", "exp", Some(json!(now - 60))),
        ("expired long ago", "exp", Some(json!(0))),
        ("exp negative", "exp", Some(json!(-1))),
        // CVE-2026-25537
        ("exp a string", "exp", Some(json!((now + 600).to_string()))),
        ("exp a text", "exp", Some(json!("tomorrow"))),
        ("exp beyond all", "exp", Some(json!(1e308))),
        ("exp a bool", "exp", Some(json!(true))),
        ("exp null", "exp", Some(json!(null))),
        ("exp a list", "exp", Some(json!([now + 600]))),
        ("nbf in the future", "nbf", Some(json!(now + 61))),
        ("nbf a string", "nbf", Some(json!("0"))),
        // oidcc-client-test-nonce-invalid, fapi2-…-missing-nonce
        ("no nonce", "nonce", None),
        (
            "nonce of another login",
            "nonce",
            Some(json!("bm90LXRoaXMtbG9naW4tYXQtYWxs")),
        ),
        ("nonce empty", "nonce", Some(json!(""))),
        ("nonce a list", "nonce", Some(json!(["a"]))),
        // oidcc-client-test-invalid-athash
        (
            "at_hash wrong",
            "at_hash",
            Some(json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ),
        ("at_hash a number", "at_hash", Some(json!(1))),
        (
            "at_hash of another token",
            "at_hash",
            Some(json!(Signer::es256("x", 1).half_hash("another token"))),
        ),
        (
            "a logout token",
            "events",
            Some(json!({
                "http://schemas.openid.net/event/backchannel-logout": {}
            })),
        ),
    ] {
        assert_claim_rejected(&env, case, name, value).await;
    }
}

/// oidcc-client-test-nonce-invalid.
#[tokio::test]
async fn a_nonce_with_an_extra_character_is_rejected() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::IdToken, |claims| {
        claims["nonce"] = json!(format!("{}1", claims["nonce"].as_str().unwrap()));
    });
    assert_rejected(&env, "nonce + 1").await;
}

/// fapi2-…-valid-aud-as-array, and claims of real providers.
#[tokio::test]
async fn unusual_but_valid_claims_are_accepted() {
    let env = TestEnv::new().await;
    let now = env.clock_now();
    for (case, name, value) in [
        ("aud a list of one", "aud", json!([CLIENT_ID])),
        ("aud twice the same", "aud", json!([CLIENT_ID, CLIENT_ID])),
        (
            "aud with the API beside",
            "aud",
            json!([CLIENT_ID, PRODUCTS]),
        ),
        (
            "aud with the API before",
            "aud",
            json!([PRODUCTS, ORDERS, CLIENT_ID]),
        ),
        ("azp the client", "azp", json!(CLIENT_ID)),
        ("azp empty, which is absent", "azp", json!("")),
        ("at_hash empty, which is absent", "at_hash", json!("")),
        ("auth_time a float", "auth_time", json!(1_700_000_000.25)),
        ("auth_time 0", "auth_time", json!(0)),
        ("sid of 300 characters", "sid", json!("s".repeat(300))),
        ("sid a number", "sid", json!(17)),
        ("scope a list", "scope", json!(["openid", "profile"])),
        (
            "updated_at a string, as Auth0 has it",
            "updated_at",
            json!("2026-01-01T00:00:00.000Z"),
        ),
        ("iat 600 seconds ago", "iat", json!(now - 600)),
        ("iat 60 seconds ahead", "iat", json!(now + 60)),
        ("exp 59 seconds ago", "exp", json!(now - 59)),
        (
            "exp a float",
            "exp",
            json!(f64::from(u32::try_from(now).unwrap()) + 600.5),
        ),
        ("nbf 60 seconds ahead", "nbf", json!(now + 60)),
        ("email_verified a string", "email_verified", json!("true")),
        (
            "a nested claim of one's own",
            "https://example.com/roles",
            json!([{ "a": [1] }]),
        ),
    ] {
        env.provider
            .modify(Part::IdToken, move |claims| claims[name] = value.clone());
        assert_accepted(&env, case).await;
    }
    env.provider.modify(Part::IdToken, |claims| {
        drop(claims.as_object_mut().unwrap().remove("at_hash"));
    });
    assert_accepted(&env, "no at_hash, as in the code flow of Auth0").await;
    env.provider.modify(Part::IdToken, |claims| {
        claims["aud"] = json!([CLIENT_ID, "untrusted"]);
        claims["azp"] = json!(CLIENT_ID);
    });
    assert_accepted(&env, "another aud beside, and azp is the client").await;
}

/// `max_age` requires a recent `auth_time`.
#[tokio::test]
async fn max_age_requires_a_recent_auth_time() {
    let env = TestEnv::new().await;
    let now = env.clock_now();
    for (max_age, auth_time, accepted) in [
        (0, Some(json!(now)), true),
        (0, Some(json!(now - 60)), true),
        (0, Some(json!(now - 61)), false),
        (60, Some(json!(now - 100)), true),
        (60, Some(json!(now - 121)), false),
        (60, Some(json!(0)), false),
        (60, Some(json!(now.to_string())), false),
        (60, None, false),
    ] {
        let case = format!("{max_age} {auth_time:?}");
        env.provider.modify(Part::IdToken, move |claims| {
            if let Some(auth_time) = &auth_time {
                claims["auth_time"] = auth_time.clone();
            }
        });
        let mut browser = env.browser();
        let response = browser.get(&format!("/auth/login?max_age={max_age}")).await;
        let returned = env.provider.authorize(response.location(), "alice");
        let response = browser.get(&returned.path()).await;
        if accepted {
            assert_eq!(response.status, StatusCode::SEE_OTHER, "{case}");
            browser.post("/auth/logout", "").await;
        } else {
            env.assert_login_failed(&mut browser, &response, 502, &case)
                .await;
        }
    }
}

/// A login with an organization requires it in the token; a login without one accepts any.
#[tokio::test]
async fn a_requested_organization_must_be_in_the_token() {
    let env = TestEnv::new().await;
    for (query, claim, accepted) in [
        ("organization=org_a", Some(("org_id", "org_a")), true),
        // A name without an identifier.
        ("organization=acme", Some(("org_name", "acme")), false),
        ("organization=org_a", Some(("org_id", "org_b")), false),
        ("organization=org_a", None, false),
        ("organization=", None, true),
        ("", Some(("org_id", "org_b")), true),
    ] {
        let case = format!("{query} {claim:?}");
        env.provider.modify(Part::IdToken, move |claims| {
            if let Some((name, value)) = claim {
                claims[name] = json!(value);
            }
        });
        let mut browser = env.browser();
        let response = browser.get(&format!("/auth/login?{query}")).await;
        let returned = env.provider.authorize(response.location(), "alice");
        let response = browser.get(&returned.path()).await;
        if accepted {
            assert_eq!(
                response.status,
                StatusCode::SEE_OTHER,
                "{case}: {}",
                response.body
            );
            browser.post("/auth/logout", "").await;
        } else {
            env.assert_login_failed(&mut browser, &response, 502, &case)
                .await;
        }
    }
}
