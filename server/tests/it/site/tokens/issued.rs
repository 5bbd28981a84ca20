//! The tokens that the API receives.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;

use super::{refreshes, verified};
use crate::{
    browser::{ALICE, BOB},
    test_env::{PRODUCTS_API, RecordedExchange, TestEnv},
};

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
