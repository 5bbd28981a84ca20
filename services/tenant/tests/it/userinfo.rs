//! `/userinfo`: accepted and rejected tokens.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::test_env::{JsonResponse, PRODUCTS, TestEnv};

#[tokio::test]
async fn an_opaque_token_and_a_jwt_with_openid_are_accepted() {
    let env = TestEnv::start().await;
    for more in [&[][..], &[("audience", PRODUCTS)]] {
        let tokens = env.tokens(more).await;
        let claims = env.userinfo(tokens.text("access_token")).await;
        assert_eq!(claims.status, StatusCode::OK);
        assert_eq!(claims.json["sub"], "auth0|alice");
        assert_eq!(claims.json["email"], "alice@example.com");
        assert_eq!(claims.json["name"], "Alice Example");
    }
}

#[tokio::test]
async fn the_scopes_of_the_token_select_the_claims() {
    let env = TestEnv::start().await;
    let tokens = env.tokens(&[("scope", "openid email")]).await;
    let claims = env.userinfo(tokens.text("access_token")).await;
    assert_eq!(
        claims.json,
        json!({ "sub": "auth0|alice", "email": "alice@example.com", "email_verified": true })
    );
}

#[tokio::test]
async fn tokens_that_are_not_valid_for_userinfo_are_rejected() {
    let env = TestEnv::start().await;
    let without_openid = env
        .tokens(&[("audience", PRODUCTS), ("scope", "read:products")])
        .await;
    let tokens = env.tokens(&[("audience", PRODUCTS)]).await;
    for token in [
        without_openid.text("access_token"),
        tokens.text("id_token"),
        tokens.text("refresh_token"),
        "invalid",
        "a.b.c",
    ] {
        let rejected = env.userinfo(token).await;
        assert_eq!(rejected.status, StatusCode::UNAUTHORIZED);
        assert_eq!(
            rejected.headers["www-authenticate"],
            "Bearer error=\"invalid_token\""
        );
    }
    let without_token = env.request(Method::GET, "userinfo").send().await.unwrap();
    assert_eq!(
        JsonResponse::read(without_token).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn expired_tokens_are_rejected() {
    let env = TestEnv::start().await;
    let opaque = env.tokens(&[]).await;
    let jwt = env.tokens(&[("audience", PRODUCTS)]).await;
    env.clock.advance(86_400);
    assert_eq!(
        env.userinfo(opaque.text("access_token")).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        env.userinfo(jwt.text("access_token")).await.status,
        StatusCode::UNAUTHORIZED
    );
}
