//! Errors that do not end by waiting are backed off, too.

use http::StatusCode;
use serde_json::{Value, json};
use test_support::{Endpoint, ORDERS, PRODUCTS, Part, Reply};

use super::{HOUR, refreshes, views};
use crate::app::{TestEnv, TestEnvBuilder};

/// Each page view reports the misconfiguration; one request is sent.
#[tokio::test]
async fn a_misconfiguration_is_backed_off_too() {
    for (code, cause) in [
        ("invalid_client", "client_rejected"),
        ("unauthorized_client", "grant_not_allowed"),
        ("unsupported_grant_type", "refused_by_provider"),
        ("invalid_scope", "refused_by_provider"),
        ("invalid_target", "audience_unknown"),
    ] {
        for status in [400, 401, 200] {
            let env = TestEnv::new().await;
            let mut browser = env.logged_in("alice").await;
            env.clock.advance(2 * HOUR);
            env.provider
                .reply(Endpoint::Refresh, Reply::error(status, code));
            for _ in 0..20 {
                let response = browser.get("/token").await;
                assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR, "{code}");
                assert_eq!(response.json()["code"], cause, "{code} {status}");
            }
            assert_eq!(refreshes(&env.provider), 1, "{code} {status}");
            assert_eq!(browser.whoami().await, "auth0|alice");
            env.provider.recover(Endpoint::Refresh);
            env.clock.advance(2);
            env.token(&mut browser).await;
        }
    }
}

#[tokio::test]
async fn rejected_credentials_back_off_every_user_and_a_refused_api_only_its_own_tokens() {
    let env = TestEnv::new().await;
    let (mut alice, mut bob) = (env.logged_in("alice").await, env.logged_in("bob").await);
    env.clock.advance(2 * HOUR);
    env.provider
        .reply(Endpoint::Refresh, Reply::error(401, "invalid_client"));
    for user in [&mut alice, &mut bob] {
        views(user, 5, StatusCode::INTERNAL_SERVER_ERROR).await;
    }
    assert_eq!(refreshes(&env.provider), 1);

    env.clock.advance(2);
    env.provider
        .reply(Endpoint::Refresh, Reply::error(400, "invalid_target"));
    for _ in 0..5 {
        let response = alice.get("/token/orders").await;
        assert_eq!(
            response.json()["code"],
            "audience_unknown",
            "{}",
            response.body
        );
    }
    assert_eq!(refreshes(&env.provider), 2);
    env.provider.recover(Endpoint::Refresh);
    env.token(&mut alice).await;
    env.token(&mut bob).await;
}

const SCRIPT: [(&str, &str); 3] = [
    ("sec-fetch-site", "same-origin"),
    ("sec-fetch-mode", "cors"),
    ("sec-fetch-dest", "empty"),
];

/// Returns the paths of tokens with the subsets of five scopes.
fn subsets() -> Vec<String> {
    let scopes = ["a:p", "b:p", "c:p", "d:p", "e:p"];
    let subset = |bits: usize| {
        let chosen = scopes
            .iter()
            .enumerate()
            .filter(|(n, _)| bits & (1 << n) != 0);
        chosen
            .map(|(_, scope)| *scope)
            .collect::<Vec<_>>()
            .join("+")
    };
    (1..31)
        .map(|bits| format!("/auth/access-token?scope={}", subset(bits)))
        .collect()
}

async fn with_five_scopes() -> TestEnv {
    TestEnvBuilder::new()
        .set("AUTH0_EXPOSE_ACCESS_TOKENS_FOR", PRODUCTS)
        .set("PRODUCTS_API_SCOPE", "a:p b:p c:p d:p e:p")
        .build()
        .await
}

#[tokio::test]
async fn changing_scopes_do_not_cause_unlimited_requests() {
    for (case, count, paths) in [
        ("seventeen in turn", 17, subsets()[..17].to_vec()),
        ("thirty in turn", 17, subsets()),
        ("sixteen in turn", 16, subsets()[..16].to_vec()),
    ] {
        let env = with_five_scopes().await;
        let mut browser = env.logged_in("alice").await;
        let mut refused = 0;
        for _ in 0..10 {
            for path in &paths {
                let response = browser.fetch(path, &SCRIPT).await;
                if response.status == StatusCode::TOO_MANY_REQUESTS {
                    refused += 1;
                    assert!(response.header("retry-after").is_some());
                    assert_eq!(response.json()["error"]["code"], "too_many_tokens");
                } else {
                    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
                }
            }
        }
        assert_eq!(refreshes(&env.provider), count, "{case}");
        assert_eq!(refused > 0, paths.len() > 16, "{case}");
        // The application's own tokens are not affected.
        env.token(&mut browser).await;
        let response = browser.get("/token/orders").await;
        assert_eq!(response.status, StatusCode::OK, "{}", response.body);
        // A minute later one more is allowed.
        env.clock.advance(60);
        let before = refreshes(&env.provider);
        for path in &paths {
            browser.fetch(path, &SCRIPT).await;
        }
        assert!(refreshes(&env.provider) <= before + 1, "{case}");
    }
}

#[tokio::test]
async fn changing_scopes_that_are_refused_do_not_cause_unlimited_requests() {
    let env = with_five_scopes().await;
    let mut browser = env.logged_in("alice").await;
    env.provider
        .reply(Endpoint::Refresh, Reply::error(400, "invalid_scope"));
    for _ in 0..5 {
        for path in subsets() {
            let response = browser.fetch(&path, &SCRIPT).await;
            assert_ne!(response.status, StatusCode::OK, "{}", response.body);
        }
    }
    assert_eq!(refreshes(&env.provider), 16);
    env.token(&mut browser).await;
}

/// A rejected token is requested again at growing intervals.
#[tokio::test]
async fn a_provider_that_keeps_issuing_rejected_tokens_is_backed_off() {
    let env = TestEnv::new().await;
    env.provider
        .modify(Part::AccessToken, |claims: &mut Value| {
            claims["aud"] = json!(ORDERS);
        });
    let mut browser = env.logged_in("alice").await;
    for _ in 0..600 {
        views(&mut browser, 1, StatusCode::INTERNAL_SERVER_ERROR).await;
        env.clock.advance(1);
    }
    // At 30, 60, 120 and 240 seconds, and at 480.
    assert_eq!(refreshes(&env.provider), 5);
}
