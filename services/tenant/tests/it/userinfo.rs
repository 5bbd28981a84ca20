//! `/userinfo`: which tokens it accepts.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::world::{Answer, PRODUCTS, World};

#[tokio::test]
async fn the_opaque_token_and_the_jwt_with_openid_are_both_accepted() {
    let world = World::start().await;
    for more in [&[][..], &[("audience", PRODUCTS)]] {
        let tokens = world.tokens(more).await;
        let claims = world.userinfo(tokens.text("access_token")).await;
        assert_eq!(claims.status, StatusCode::OK);
        assert_eq!(claims.json["sub"], "auth0|alice");
        assert_eq!(claims.json["email"], "alice@example.com");
        assert_eq!(claims.json["name"], "Alice Example");
    }
}

#[tokio::test]
async fn claims_follow_the_scopes_of_the_token() {
    let world = World::start().await;
    let tokens = world.tokens(&[("scope", "openid email")]).await;
    let claims = world.userinfo(tokens.text("access_token")).await;
    assert_eq!(
        claims.json,
        json!({ "sub": "auth0|alice", "email": "alice@example.com", "email_verified": true })
    );
}

#[tokio::test]
async fn tokens_that_are_not_for_userinfo_are_refused() {
    let world = World::start().await;
    let without_openid = world
        .tokens(&[("audience", PRODUCTS), ("scope", "read:products")])
        .await;
    let tokens = world.tokens(&[("audience", PRODUCTS)]).await;
    for token in [
        without_openid.text("access_token"),
        tokens.text("id_token"),
        tokens.text("refresh_token"),
        "rubbish",
        "a.b.c",
    ] {
        let refused = world.userinfo(token).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        assert_eq!(
            refused.headers["www-authenticate"],
            "Bearer error=\"invalid_token\""
        );
    }
    let nothing = world.request(Method::GET, "userinfo").send().await.unwrap();
    assert_eq!(Answer::of(nothing).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn expired_tokens_are_refused() {
    let world = World::start().await;
    let opaque = world.tokens(&[]).await;
    let jwt = world.tokens(&[("audience", PRODUCTS)]).await;
    world.clock.advance(86_400);
    assert_eq!(
        world.userinfo(opaque.text("access_token")).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        world.userinfo(jwt.text("access_token")).await.status,
        StatusCode::UNAUTHORIZED
    );
}
