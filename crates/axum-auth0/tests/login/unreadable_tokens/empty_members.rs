//! Members without a value.

use http::StatusCode;
use serde_json::{Value, json};
use test_support::{Part, log_capture};

use super::HOUR;
use crate::app::TestEnv;

/// The values that providers write for an empty optional member.
fn empty() -> [Value; 2] {
    [Value::Null, json!("")]
}

#[tokio::test]
async fn a_refreshed_id_token_with_empty_members_keeps_the_session() {
    for name in [
        "nonce",
        "azp",
        "auth_time",
        "at_hash",
        "sid",
        "amr",
        "acr",
        "email",
    ] {
        for value in empty() {
            let env = TestEnv::new().await;
            env.provider.modify(Part::IdToken, |claims| {
                claims["auth_time"] = json!(1_600_000_000);
            });
            let mut browser = env.logged_in("alice").await;
            env.provider.modify(Part::RefreshedIdToken, move |claims| {
                claims[name] = value.clone();
            });
            for _ in 0..2 {
                env.clock.advance(2 * HOUR);
                let response = browser.get("/token").await;
                assert_eq!(response.status, StatusCode::OK, "{name}: {}", response.body);
            }
        }
    }
}

/// A provider that writes `null` for every empty optional member.
#[tokio::test]
async fn null_members_in_every_response_and_token_are_ignored() {
    let env = TestEnv::new().await;
    env.provider.policy(|policy| policy.null_members = true);
    let mut browser = env.logged_in("alice").await;
    for _ in 0..3 {
        env.token(&mut browser).await;
        env.clock.advance(2 * HOUR);
    }
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn empty_optional_claims_of_an_id_token_are_ignored() {
    let optional = [
        "azp",
        "at_hash",
        "nbf",
        "sid",
        "acr",
        "name",
        "middle_name",
        "picture",
    ];
    for value in empty() {
        let env = TestEnv::new().await;
        env.provider.modify(Part::IdToken, move |claims| {
            for name in optional {
                claims[name] = value.clone();
            }
        });
        let mut browser = env.logged_in("alice").await;
        let profile = browser.get("/auth/profile").await.json();
        let profile = profile.as_object().unwrap();
        assert_eq!(profile["email"], "alice@example.com");
        for name in optional {
            assert!(!profile.contains_key(name), "{name}: {profile:?}");
        }
    }
}

#[tokio::test]
async fn an_empty_required_claim_of_an_id_token_is_reported_by_name() {
    for name in ["iss", "aud", "exp", "iat", "sub", "nonce"] {
        for value in empty() {
            let env = TestEnv::new().await;
            env.provider
                .modify(Part::IdToken, move |claims| claims[name] = value.clone());
            let mut browser = env.browser();
            let response = browser.attempt_login(&env.provider, "alice").await;
            env.assert_login_failed(&mut browser, &response, 502, name)
                .await;
            let says = format!("the claim {name} is required, but its value is null or empty");
            assert!(log_capture::captured().contains(&says), "{says}");
        }
    }
}

/// Missing names are read from userinfo, also if the ID token has them without a value.
#[tokio::test]
async fn empty_members_of_userinfo_are_ignored() {
    for value in empty() {
        let env = TestEnv::new().await;
        let nameless = value.clone();
        env.provider.modify(Part::IdToken, move |claims| {
            for name in ["name", "email", "nickname", "given_name"] {
                claims[name] = nameless.clone();
            }
        });
        env.provider.modify(Part::Userinfo, move |claims| {
            claims["nickname"] = json!("ali");
            claims["picture"] = value.clone();
            claims["scope"] = json!("openid");
        });
        let mut browser = env.logged_in("alice").await;
        let profile = browser.get("/auth/profile").await.json();
        assert_eq!(profile["nickname"], "ali", "{profile}");
        assert_eq!(profile.get("picture"), None, "{profile}");
        assert_eq!(profile.get("scope"), None, "{profile}");
    }
}
