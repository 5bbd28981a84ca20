//! The schemes `DPoP` and `Bearer`, the settings of an API, its challenges and its metadata.

use std::time::Duration;

use axum::Router;
use axum_auth0_bearer::{BearerErrorKind, ResourceMetadata, Verifier, jwt::Algorithm};
use http::StatusCode;
use serde_json::json;
use test_support::NOW;

use super::{DpopEnv, ORIGIN, assert_invalid_proof, challenges, dpop, key};
use crate::env::{TestEnv, get};

/// RFC 9449 §7.1: no downgrade.
#[tokio::test]
async fn a_bound_token_is_no_bearer_token() {
    let api = DpopEnv::new(dpop()).await;
    for proofs in [&[][..], &[api.proof("1").as_str()]] {
        let answer = api.send("Bearer", proofs).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.body["error"], "invalid_token");
    }
}

#[tokio::test]
async fn a_bearer_token_is_not_accepted_as_a_bound_one() {
    let mut api = DpopEnv::new(dpop()).await;
    api.token = api.env.token(json!({}));
    let answer = api.send("DPoP", &[&api.proof("1")]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.body["error"], "invalid_token");
    assert_eq!(api.send("Bearer", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_api_or_a_route_can_require_bound_tokens() {
    let mut api = DpopEnv::new(dpop()).await;
    let bound = api.token.clone();
    api.token = api.env.token(json!({}));
    let answer = api.send_to("/bound", "Bearer", &[]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.body["error"], "invalid_token");

    let mut required = DpopEnv::new(dpop().required()).await;
    required.token = required.env.token(json!({}));
    let answer = required.send("Bearer", &[]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let challenges = challenges(&answer);
    assert_eq!(challenges.len(), 1);
    assert!(challenges[0].starts_with("DPoP "), "{challenges:?}");

    api.token = bound;
    let (header, mut claims) = api.valid("1");
    claims["htu"] = json!("https://api.example.com/bound");
    let proof = key().sign_with_header(&header, &claims);
    let answer = api.send_to("/bound", "DPoP", &[&proof]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}

#[tokio::test]
async fn without_the_setting_bound_tokens_are_refused() {
    let api = DpopEnv::with(|verifier| verifier).await;
    let answer = api.send("DPoP", &[&api.proof("1")]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(challenges(&answer).len(), 1);
    assert!(answer.challenge().starts_with("Bearer "));
    assert_eq!(
        api.send("Bearer", &[]).await.status,
        StatusCode::UNAUTHORIZED
    );
    // Only the token is known.
    let api = DpopEnv::new(dpop()).await;
    let verifier = api.env.verifier.clone().dpop(dpop());
    let rejected = verifier.verify(&api.token).await.unwrap_err();
    assert_eq!(*rejected.kind(), BearerErrorKind::SenderConstrained);
}

#[tokio::test]
async fn a_request_without_a_token_is_told_both_schemes_and_the_algorithms() {
    let api = DpopEnv::new(dpop().algorithms(&[Algorithm::Es256, Algorithm::EdDsa])).await;
    let answer = get(&api.router, "/products", None).await;
    assert_eq!(
        challenges(&answer),
        [
            r#"Bearer realm="https://products.example.com""#,
            r#"DPoP realm="https://products.example.com", algs="ES256 EdDSA""#,
        ]
    );
}

#[tokio::test]
async fn only_the_configured_algorithms_and_ages_are_accepted() {
    let api = DpopEnv::new(dpop().algorithms(&[Algorithm::EdDsa])).await;
    assert_invalid_proof(&api.send("DPoP", &[&api.proof("1")]).await, "ES256");
    let api = DpopEnv::new(dpop().max_age(Duration::from_secs(10))).await;
    let proof = api.proof("1");
    api.env.clock.advance(41);
    assert_invalid_proof(&api.send("DPoP", &[&proof]).await, "too old");
}

/// RFC 9449 §9.
#[tokio::test]
async fn nonces_are_required_rotate_and_are_shared_by_replicas() {
    let with_nonces = || dpop().nonces(&[7; 32]).unwrap();
    let api = DpopEnv::new(with_nonces()).await;
    let answer = api.send("DPoP", &[&api.proof("1")]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.body["error"], "use_dpop_nonce");
    assert!(challenges(&answer)[0].contains(r#"error="use_dpop_nonce""#));
    let nonce = answer.header("dpop-nonce").to_owned();
    let with_nonce = |api: &DpopEnv, jti: &str, iat: i64, nonce: &str| {
        let (header, mut claims) = api.valid(jti);
        claims["nonce"] = json!(nonce);
        claims["iat"] = json!(iat);
        key().sign_with_header(&header, &claims)
    };
    let proof = with_nonce(&api, "1", NOW, &nonce);
    assert_eq!(api.send("DPoP", &[&proof]).await.status, StatusCode::OK);
    let replica = DpopEnv::new(with_nonces()).await;
    let proof = with_nonce(&replica, "1", NOW, &nonce);
    assert_eq!(replica.send("DPoP", &[&proof]).await.status, StatusCode::OK);
    let invented = with_nonce(&api, "2", NOW, "invented");
    assert_eq!(
        api.send("DPoP", &[&invented]).await.body["error"],
        "use_dpop_nonce"
    );
    api.env.clock.advance(180);
    let old = with_nonce(&api, "3", NOW + 180, &nonce);
    let answer = api.send("DPoP", &[&old]).await;
    assert_eq!(answer.body["error"], "use_dpop_nonce");
    assert_ne!(answer.header("dpop-nonce"), nonce);
}

/// RFC 9728 §2.
#[tokio::test]
async fn the_metadata_says_what_the_api_verifies() {
    let metadata = ResourceMetadata::new(ORIGIN).unwrap();
    let verifier = TestEnv::new().await.verifier;
    let document = async |verifier: Verifier| {
        let router: Router = verifier.metadata_router();
        get(&router, "/.well-known/oauth-protected-resource", None)
            .await
            .body
    };
    let plain = document(verifier.clone().resource_metadata(metadata.clone())).await;
    for name in [
        "dpop_signing_alg_values_supported",
        "dpop_bound_access_tokens_required",
        "tls_client_certificate_bound_access_tokens",
    ] {
        assert_eq!(plain.get(name), None, "{name}");
    }
    let metadata = metadata.tls_client_certificate_bound_access_tokens();
    let bound = dpop().required().algorithms(&[Algorithm::Es256]);
    let full = document(verifier.dpop(bound).resource_metadata(metadata)).await;
    assert_eq!(full["dpop_signing_alg_values_supported"], json!(["ES256"]));
    assert_eq!(full["dpop_bound_access_tokens_required"], json!(true));
    assert_eq!(
        full["tls_client_certificate_bound_access_tokens"],
        json!(true)
    );
}
