//! When tokens are refreshed.

use std::collections::BTreeSet;

use futures::future::join_all;
use reqwest::Method;
use serde_json::json;

use super::super::server_functions::is_signed_in;
use super::{refreshes, short_lived, verified};
use crate::{
    browser::{ALICE, BOB, Browser},
    test_env::TestEnv,
};

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
