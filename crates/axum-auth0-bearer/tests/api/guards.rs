//! Requirements as layers and as types of extractors.

use axum::{Extension, Router, routing::get as route};
use axum_auth0_bearer::{
    Authorized, BearerErrorKind, Policy, Requirement, VerifiedToken, Verifier,
};
use http::StatusCode;
use serde_json::json;
use test_support::Endpoint;

use crate::env::{TestEnv, get};

struct ManageProducts;

impl Policy for ManageProducts {
    fn requirement() -> Requirement {
        Requirement::scope("write:products").and(Requirement::any_role(["manager", "owner"]))
    }
}

async fn subject(token: VerifiedToken) -> String {
    format!("{:?}", token.subject())
}

#[tokio::test]
async fn a_layer_protects_the_routes_below_it_and_no_others() {
    let env = TestEnv::new().await;
    let router: Router = Router::new()
        .route("/read", route(async || "1"))
        .route_layer(env.verifier.require(Requirement::scope("read:products")))
        .route("/public", route(async || "2"));
    let valid = env.token(json!({}));
    let without = env.token(json!({ "scope": "openid" }));
    for (path, token, status) in [
        ("/public", None, StatusCode::OK),
        ("/read", None, StatusCode::UNAUTHORIZED),
        ("/read", Some("opaque"), StatusCode::UNAUTHORIZED),
        ("/read", Some(&*without), StatusCode::FORBIDDEN),
        ("/read", Some(&*valid), StatusCode::OK),
    ] {
        let answer = get(&router, path, token).await;
        assert_eq!(answer.status, status, "{path}");
    }
    let answer = get(&router, "/read", Some(&without)).await;
    assert!(
        answer.challenge().ends_with("scope=\"read:products\""),
        "{}",
        answer.challenge()
    );
}

#[tokio::test]
async fn handlers_below_a_layer_find_the_token_without_the_verifier() {
    let env = TestEnv::new().await;
    let handler = async |Extension(token): Extension<VerifiedToken>| subject(token).await;
    let router: Router = Router::new()
        .route("/", route(handler))
        .route_layer(env.verifier.require(Requirement::scope("read:products")));
    let answer = get(&router, "/", Some(&env.token(json!({})))).await;
    assert_eq!(answer.body, json!("auth0|alice"));
}

#[tokio::test]
async fn layers_and_extractors_of_one_verifier_verify_a_token_once() {
    let env = TestEnv::new().await;
    let router: Router = Router::new()
        .route("/", route(subject))
        .route_layer(env.verifier.require(Requirement::scope("openid")))
        .route_layer(env.verifier.require(Requirement::scope("read:products")))
        .with_state(env.verifier.clone());
    let token = env.token(json!({}));
    // An unknown key would be looked for once for each verification, ten seconds apart.
    assert_eq!(
        get(&router, "/", Some(&token)).await.body,
        json!("auth0|alice")
    );
    assert_eq!(env.fake.request_count(Endpoint::Keys), 1);
}

#[tokio::test]
async fn a_token_that_another_verifier_accepted_is_verified_again() {
    let env = TestEnv::new().await;
    let lenient = env.verifier.clone().allow_client_credentials();
    let other: Verifier =
        Verifier::with_provider(env.fake.client().0, "https://orders.example.com");
    let client = env.token(json!({ "sub": "site@clients" }));
    let alice = env.token(json!({}));
    let router = |verifier: &Verifier| -> Router {
        Router::new()
            .route("/", route(subject))
            .route_layer(lenient.require(Requirement::scope("read:products")))
            .with_state(verifier.clone())
    };
    let status = async |verifier: &Verifier, token: &str| {
        get(&router(verifier), "/", Some(token)).await.status
    };
    assert_eq!(status(&lenient, &client).await, StatusCode::OK);
    // The layer accepts clients and this audience, the extractor does not.
    assert_eq!(
        status(&env.verifier, &client).await,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(status(&other, &alice).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&env.verifier, &alice).await, StatusCode::OK);
}

#[tokio::test]
async fn an_extractor_has_its_requirement_as_a_type() {
    let env = TestEnv::new().await;
    let handler = async |token: Authorized<ManageProducts>| format!("{:?}", token.subject());
    let router: Router = Router::new()
        .route("/", route(handler))
        .with_state(env.verifier.clone());
    let ask = async |claims| get(&router, "/", Some(&env.token(claims))).await;
    let answer = ask(json!({ "scope": "write:products", "roles": ["owner"] })).await;
    assert_eq!(
        (answer.status, answer.body),
        (StatusCode::OK, json!("auth0|alice"))
    );
    for claims in [
        json!({ "scope": "write:products" }),
        json!({ "scope": "write:products", "roles": ["reader"] }),
        json!({ "roles": ["owner"] }),
    ] {
        let answer = ask(claims.clone()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{claims}");
    }
    assert_eq!(
        get(&router, "/", None).await.status,
        StatusCode::UNAUTHORIZED
    );
    let token = env.verified(json!({})).await;
    assert_eq!(
        token
            .require(&ManageProducts::requirement())
            .unwrap_err()
            .kind(),
        &BearerErrorKind::InsufficientRole
    );
}
