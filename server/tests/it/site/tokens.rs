//! Access tokens: audience, refresh and expiry.

use std::{collections::BTreeSet, time::Duration};

use futures::future::join_all;
use jsonwebtoken::{DecodingKey, Validation, jwk::JwkSet};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::server_functions::is_signed_in;
use crate::{
    browser::{ALICE, BOB, Browser},
    test_env::{PRODUCTS_API, RecordedExchange, TestEnv, TestEnvBuilder},
};

/// Verifies a JWT with the tenant's published keys and returns its claims.
async fn verified(env: &TestEnv, token: &str) -> Map<String, Value> {
    let keys = env
        .browser()
        .visit(&env.tenant_url("/.well-known/jwks.json"))
        .await
        .assert_status(200);
    let keys: JwkSet = serde_json::from_str(&keys.body).unwrap();
    let header = jsonwebtoken::decode_header(token).unwrap();
    let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
    let mut validation = Validation::new(header.alg);
    validation.validate_exp = false;
    validation.set_audience(&[PRODUCTS_API]);
    jsonwebtoken::decode(token, &key, &validation)
        .unwrap()
        .claims
}

/// Returns the refresh requests to the tenant.
fn refreshes(env: &TestEnv) -> Vec<RecordedExchange> {
    let mut entries = env.tenant_requests.matching(&Method::POST, "/oauth/token");
    entries.retain(|entry| entry.form_field("grant_type").as_deref() == Some("refresh_token"));
    entries
}

/// Uses access tokens that last ten seconds. The clocks start slightly behind, so that the API, which uses the system's clock,
/// accepts all tokens within its leeway of 30 seconds.
fn short_lived(builder: &mut TestEnvBuilder) {
    builder.tenant.access_token_lifetime = Duration::from_secs(10);
    builder.seconds_behind = 15;
}

#[tokio::test]
async fn the_api_receives_a_jwt_for_the_configured_audience() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let called = env
        .products_requests
        .matching(&Method::GET, "/products")
        .pop()
        .unwrap();
    let claims = verified(&env, called.bearer_token().unwrap()).await;
    assert!(
        claims["aud"]
            .as_array()
            .unwrap()
            .contains(&json!(PRODUCTS_API)),
        "{claims:?}"
    );
    assert_eq!(
        (&claims["sub"], &claims["azp"]),
        (&json!("auth0|alice"), &json!("leptos-auth0-sample"))
    );
    let scope: BTreeSet<_> = claims["scope"].as_str().unwrap().split(' ').collect();
    assert!(
        scope.is_superset(&BTreeSet::from(["read:products", "write:products"])),
        "{scope:?}"
    );
    // It came from the login, not from another token request.
    assert_eq!(refreshes(&env).len(), 0);
}

#[tokio::test]
async fn a_token_is_reused_until_it_expires() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    for _ in 0..3 {
        alice.get_json("/api/products").await.assert_status(200);
        alice.open("/").await.assert_status(200);
    }
    let tokens: BTreeSet<_> = env
        .products_requests
        .entries()
        .iter()
        .map(|call| call.bearer_token().unwrap().to_owned())
        .collect();
    assert_eq!(tokens.len(), 1);
    assert_eq!(
        env.tenant_requests
            .matching(&Method::POST, "/oauth/token")
            .len(),
        1
    );
}

#[tokio::test]
async fn an_expired_token_is_refreshed_and_the_session_continues() {
    let env = TestEnv::with(short_lived).await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let cookie = alice.cookie("session");
    for round in 1..=3 {
        env.advance(10);
        alice.get_json("/api/products").await.assert_status(200);
        assert_eq!(refreshes(&env).len(), round);
    }
    assert_eq!(
        alice.cookie("session"),
        cookie,
        "a refresh needs no new cookie"
    );

    let tokens: Vec<_> = env
        .products_requests
        .entries()
        .iter()
        .map(|call| call.bearer_token().unwrap().to_owned())
        .collect();
    let different: BTreeSet<_> = tokens.iter().collect();
    assert_eq!(different.len(), 4);
    assert_eq!(
        verified(&env, tokens.last().unwrap()).await["sub"],
        "auth0|alice"
    );
    // Each refresh sent the refresh token of the previous response.
    let granted = env.tenant_requests.matching(&Method::POST, "/oauth/token");
    for pair in granted.windows(2) {
        assert!(pair[0].response_field("refresh_token").is_some());
        assert_eq!(
            pair[1].form_field("refresh_token"),
            pair[0].response_field("refresh_token")
        );
        assert_eq!(pair[1].status, 200);
    }
}

#[tokio::test]
async fn many_calls_at_once_refresh_once() {
    let env = TestEnv::with(short_lived).await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    env.advance(10);
    let calls = (0..12).map(|_| alice.get_json("/api/products"));
    for response in join_all(calls).await {
        response.assert_status(200);
    }
    assert_eq!(refreshes(&env).len(), 1);
    assert!(is_signed_in(&alice).await);
}

#[tokio::test]
async fn concurrent_refreshes_of_two_users_are_not_mixed_up() {
    let env = TestEnv::with(short_lived).await;
    let (alice, bob) = (env.browser(), env.browser());
    alice.log_in(ALICE).await.assert_status(200);
    bob.log_in(BOB).await.assert_status(200);
    let owner = async |browser: &Browser| {
        browser
            .get_json("/api/products")
            .await
            .assert_status(200)
            .json()["owner"]
            .clone()
    };
    for _ in 0..3 {
        env.advance(10);
        let owners = tokio::join!(owner(&alice), owner(&bob), owner(&alice), owner(&bob));
        let (hers, his) = (json!("auth0|alice"), json!("auth0|bob"));
        assert_eq!(owners, (hers.clone(), his.clone(), hers, his));
    }
    assert_eq!(refreshes(&env).len(), 6);
}

#[tokio::test]
async fn a_client_that_disconnects_during_a_refresh_loses_nothing() {
    let env = TestEnv::with(|builder| {
        short_lived(builder);
        builder.persistent = true;
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    for _ in 0..3 {
        env.advance(10);
        let before = refreshes(&env).len();
        let call = alice.get_json("/api/products");
        // Expired when the tenant's response arrives, or before.
        let response_field = async {
            while refreshes(&env).len() == before {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = call => {}
            () = response_field => {}
        }
        alice.get_json("/api/products").await.assert_status(200);
    }
    assert!(is_signed_in(&alice).await);
}

#[tokio::test]
async fn a_new_signing_key_at_the_tenant_is_accepted() {
    let env = TestEnv::start().await;
    let (alice, bob) = (env.browser(), env.browser());
    alice.log_in(ALICE).await.assert_status(200);
    env.tenant.rotate_signing_key().await.unwrap();
    alice.get_json("/api/products").await.assert_status(200);
    bob.log_in(BOB).await.assert_status(200);
    let kid = |call: &RecordedExchange| {
        jsonwebtoken::decode_header(call.bearer_token().unwrap())
            .unwrap()
            .kid
    };
    let calls = env.products_requests.entries();
    assert_ne!(kid(&calls[0]), kid(calls.last().unwrap()));
}

#[tokio::test]
async fn a_session_whose_refresh_token_was_revoked_ends_with_the_access_token() {
    let env = TestEnv::with(short_lived).await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200);
    assert_eq!(env.tenant.revoke_all_refresh_tokens().await.unwrap(), 1);
    alice.get_json("/api/products").await.assert_status(200);
    env.advance(10);
    assert_eq!(
        alice
            .get_json("/api/products")
            .await
            .assert_status(401)
            .error_code(),
        "sign_in_required"
    );
    assert!(!is_signed_in(&alice).await);
    // The open page's next form leads to the login and back.
    let response = alice
        .submit(&page, page.html().form("/api/products"), &[])
        .await
        .assert_status(303);
    assert_eq!(response.location(), "/auth/login?returnTo=%2Fproducts");
}

#[tokio::test]
async fn a_page_whose_session_ended_offers_a_login() {
    let env = TestEnv::with(short_lived).await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    env.tenant.revoke_all_refresh_tokens().await.unwrap();
    env.advance(10);
    let page = alice.open("/products").await.assert_status(401).html();
    assert!(
        page.text().contains("Please log in to continue."),
        "{}",
        page.text()
    );
    assert!(
        page.all("a")
            .iter()
            .any(|link| link.get("href") == "/auth/login?returnTo=%2Fproducts")
    );
    assert!(
        alice
            .visit("/products")
            .await
            .assert_status(303)
            .location()
            .starts_with("/auth/login")
    );
}

#[tokio::test]
async fn a_session_expires_after_a_day_without_use_and_after_three_days() {
    let hour = 3_600;
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    env.advance(23 * hour);
    assert!(is_signed_in(&alice).await);
    env.advance(24 * hour);
    assert!(!is_signed_in(&alice).await, "a day without use");

    let env = TestEnv::start().await;
    let bob = env.browser();
    bob.log_in(BOB).await.assert_status(200);
    for _ in 0..3 {
        env.advance(23 * hour);
        // A question about the session is no use of it.
        assert!(is_signed_in(&bob).await);
        bob.visit("/").await.assert_status(200);
    }
    env.advance(3 * hour);
    assert!(!is_signed_in(&bob).await, "three days, used every day");
}

#[tokio::test]
async fn an_expired_session_is_deleted_from_the_store() {
    let env = TestEnv::with(|builder| builder.persistent = true).await;
    let (alice, bob) = (env.browser(), env.browser());
    alice.log_in(ALICE).await.assert_status(200);
    assert_eq!(env.auth0.delete_expired().await.unwrap(), 0);
    env.advance(2 * 86_400);
    bob.log_in(BOB).await;
    assert!(env.auth0.delete_expired().await.unwrap() >= 1);
    assert!(!is_signed_in(&alice).await);
    assert!(is_signed_in(&bob).await);
}

/// Monitors and link checkers send HEAD frequently.
#[tokio::test]
async fn a_head_request_refreshes_no_token_and_calls_no_api() {
    let env = TestEnv::with(short_lived).await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let calls = env.products_requests.entries().len();
    for _ in 0..2 {
        for path in ["/", "/products", "/profile"] {
            let request = alice.request(Method::HEAD, path);
            let response = alice.send(request).await.assert_status(200);
            assert_eq!(&*response.body, "", "{path}");
        }
        let request = alice.request(Method::HEAD, "/api/products");
        let response = alice.send(request).await;
        assert!(!response.status.is_success(), "{response:?}");
        // The token has expired as well.
        env.advance(10);
    }
    assert_eq!(refreshes(&env).len(), 0);
    assert_eq!(env.products_requests.entries().len(), calls);
    alice.get_json("/api/products").await.assert_status(200);
    assert_eq!(refreshes(&env).len(), 1);
}
