//! Access tokens that are bound to a key of the login (`DPoP`, RFC 9449), from the tenant to the API.

use std::collections::HashSet;

use super::forms::products_of;
use crate::{
    browser::{ALICE, BOB},
    test_env::TestEnv,
};

/// Whether the tenant requires nonces or not: users notice nothing.
#[tokio::test]
async fn users_read_their_products_with_tokens_that_are_bound_to_their_keys() {
    for proofs in [tenant::DpopProofs::Accepted, tenant::DpopProofs::WithNonce] {
        let env = TestEnv::with(|builder| {
            builder.set("AUTH0_DPOP", "true");
            builder.tenant.dpop = proofs;
            builder.tenant.access_token_lifetime = std::time::Duration::from_mins(5);
        })
        .await;
        for user in [ALICE, BOB] {
            let browser = env.browser();
            browser.log_in(user).await.assert_status(200);
            assert_eq!(products_of(&browser).await.len(), 20);
        }
        let calls = env.products_requests.entries();
        assert!(calls.len() >= 2);
        let mut proofs = HashSet::new();
        for call in &calls {
            assert_eq!(call.bearer_token(), None, "no bearer token");
            let authorization = call.headers["authorization"].to_str().unwrap();
            assert!(authorization.starts_with("DPoP "));
            assert!(proofs.insert(call.headers["dpop"].clone()), "a proof twice");
            assert!(call.status.is_success(), "{}", call.status);
        }
    }
}

/// A token and a proof from a log of the API are useless.
#[tokio::test]
async fn a_leaked_token_is_refused_by_the_api_with_and_without_its_proof() {
    let env = TestEnv::with(|builder| builder.set("AUTH0_DPOP", "true")).await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let call = env.products_requests.entries().pop().unwrap();
    let authorization = call.headers["authorization"].to_str().unwrap();
    let token = authorization.strip_prefix("DPoP ").unwrap();
    let proof = call.headers["dpop"].to_str().unwrap();
    for (authorization, proof) in [
        (format!("Bearer {token}"), None),
        (format!("DPoP {token}"), None),
        (format!("DPoP {token}"), Some(proof)),
    ] {
        let mut request = reqwest::Client::builder()
            .no_proxy()
            .build()
            .unwrap()
            .get(env.api_url("/products"))
            .header("authorization", authorization);
        if let Some(proof) = proof {
            request = request.header("dpop", proof);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 401);
    }
}
