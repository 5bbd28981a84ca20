//! Refresh tokens: rotation, reuse, lifetimes, and multi-resource refresh tokens.

use std::time::Duration;

use reqwest::StatusCode;
use tenant::Outcome;

use crate::test_env::{JsonResponse, ORDERS, PRODUCTS, TestEnv, allow_orders};

const UNKNOWN_TOKEN: &str = "Unknown or invalid refresh token.";

#[track_caller]
fn assert_unknown_token(response: &JsonResponse) {
    response.is_error(403, "invalid_grant", UNKNOWN_TOKEN);
}

#[tokio::test]
async fn a_refresh_yields_new_tokens_and_an_id_token_of_the_same_session() {
    let env = TestEnv::start().await;
    let first = env
        .tokens(&[("audience", PRODUCTS), ("max_age", "1000")])
        .await;
    env.clock.advance(50);
    let second = env.refresh(first.text("refresh_token"), &[]).await;
    assert_eq!(second.status, StatusCode::OK);
    assert_ne!(second.text("refresh_token"), first.text("refresh_token"));
    let (_, access) = env.verify(second.text("access_token")).await;
    assert_eq!(access["aud"][0], PRODUCTS);
    assert_eq!(access["iat"], crate::test_env::START_TIME + 50);
    let (_, before) = env.verify(first.text("id_token")).await;
    let (_, after) = env.verify(second.text("id_token")).await;
    for same in ["iss", "sub", "aud", "sid", "auth_time"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    assert!(!after.contains_key("nonce"));
}

#[tokio::test]
async fn without_an_audience_a_refresh_yields_an_opaque_token() {
    let env = TestEnv::start().await;
    let first = env.tokens(&[]).await;
    let second = env.refresh(first.text("refresh_token"), &[]).await;
    assert!(!second.text("access_token").contains('.'));
    assert_eq!(
        env.userinfo(second.text("access_token")).await.json["sub"],
        "auth0|alice"
    );
}

#[tokio::test]
async fn a_reused_refresh_token_revokes_the_whole_family() {
    let env = TestEnv::start().await;
    let first = env.tokens(&[("audience", PRODUCTS)]).await;
    let second = env.refresh(first.text("refresh_token"), &[]).await;
    assert_unknown_token(&env.refresh(first.text("refresh_token"), &[]).await);
    assert_unknown_token(&env.refresh(second.text("refresh_token"), &[]).await);
    assert!(env.logged(Outcome::Refused, "the whole family was revoked"));
}

#[tokio::test]
async fn reuse_does_not_revoke_another_login_of_the_user() {
    let env = TestEnv::start().await;
    let other = env.tokens(&[]).await;
    let first = env.tokens(&[]).await;
    env.refresh(first.text("refresh_token"), &[]).await;
    assert_unknown_token(&env.refresh(first.text("refresh_token"), &[]).await);
    assert_eq!(
        env.refresh(other.text("refresh_token"), &[]).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_consumed_token_is_valid_within_the_leeway_and_revokes_the_family_after_it() {
    let env = TestEnv::with(|settings| settings.refresh_leeway = Duration::from_secs(10)).await;
    let first = env.tokens(&[]).await;
    let second = env.refresh(first.text("refresh_token"), &[]).await;
    env.clock.advance(9);
    let third = env.refresh(first.text("refresh_token"), &[]).await;
    assert_eq!(third.status, StatusCode::OK);
    env.clock.advance(1);
    assert_unknown_token(&env.refresh(first.text("refresh_token"), &[]).await);
    assert_unknown_token(&env.refresh(second.text("refresh_token"), &[]).await);
    assert_unknown_token(&env.refresh(third.text("refresh_token"), &[]).await);
}

#[tokio::test]
async fn without_rotation_the_token_remains_valid_and_no_new_one_is_issued() {
    let env = TestEnv::with(|settings| settings.rotation = false).await;
    let first = env.tokens(&[]).await;
    for _ in 0..2 {
        let again = env.refresh(first.text("refresh_token"), &[]).await;
        assert_eq!(again.status, StatusCode::OK);
        assert!(again.json.get("refresh_token").is_none());
    }
}

#[tokio::test]
async fn an_unused_refresh_token_expires_after_its_idle_lifetime() {
    let env = TestEnv::start().await;
    let first = env.tokens(&[]).await;
    env.clock.advance(15 * 24 * 60 * 60);
    assert_unknown_token(&env.refresh(first.text("refresh_token"), &[]).await);
}

#[tokio::test]
async fn a_family_expires_after_its_absolute_lifetime() {
    let env = TestEnv::start().await;
    let mut tokens = env.tokens(&[]).await;
    for _ in 0..2 {
        env.clock.advance(14 * 24 * 60 * 60);
        tokens = env.refresh(tokens.text("refresh_token"), &[]).await;
        assert_eq!(tokens.status, StatusCode::OK);
    }
    env.clock.advance(2 * 24 * 60 * 60);
    assert_unknown_token(&env.refresh(tokens.text("refresh_token"), &[]).await);
}

#[tokio::test]
async fn a_refresh_narrows_the_scopes_and_never_widens_them() {
    let env = TestEnv::start().await;
    let first = env.tokens(&[("audience", PRODUCTS)]).await;
    let second = env
        .refresh(
            first.text("refresh_token"),
            &[("scope", "openid read:products write:products")],
        )
        .await;
    assert_eq!(second.text("scope"), "openid read:products");
}

#[tokio::test]
async fn a_refresh_for_another_api_silently_uses_the_api_of_the_login() {
    let env = TestEnv::start().await;
    let first = env.tokens(&[("audience", PRODUCTS)]).await;
    let more = [("audience", ORDERS), ("scope", "read:orders read:products")];
    let second = env.refresh(first.text("refresh_token"), &more).await;
    assert_eq!(second.status, StatusCode::OK);
    let (_, claims) = env.verify(second.text("access_token")).await;
    assert_eq!(claims["aud"], PRODUCTS);
    assert_eq!(claims["scope"], "read:products");
    assert!(env.logged(
        Outcome::Unexpected,
        "asked for audience https://orders.example.com"
    ));
}

#[tokio::test]
async fn a_multi_resource_refresh_token_works_for_both_apis() {
    let env = TestEnv::with(allow_orders).await;
    let first = env.tokens(&[("audience", PRODUCTS)]).await;
    let more = [
        ("audience", ORDERS),
        ("scope", "openid read:orders write:orders"),
    ];
    let second = env.refresh(first.text("refresh_token"), &more).await;
    let (_, claims) = env.verify(second.text("access_token")).await;
    assert_eq!(claims["aud"][0], ORDERS);
    assert_eq!(second.text("scope"), "openid read:orders");
    let third = env.refresh(second.text("refresh_token"), &[]).await;
    assert_eq!(
        env.verify(third.text("access_token")).await.1["aud"][0],
        PRODUCTS
    );
    assert_eq!(
        third.text("scope"),
        "openid profile email offline_access read:products"
    );
}

#[tokio::test]
async fn a_login_without_an_audience_can_use_a_multi_resource_api() {
    let env = TestEnv::with(allow_orders).await;
    let first = env.tokens(&[]).await;
    let second = env
        .refresh(first.text("refresh_token"), &[("audience", ORDERS)])
        .await;
    assert_eq!(
        env.verify(second.text("access_token")).await.1["aud"][0],
        ORDERS
    );
    assert_eq!(
        second.text("scope"),
        "openid profile email offline_access read:orders"
    );
}

#[tokio::test]
async fn a_refresh_token_of_another_application_is_unknown_and_remains_valid() {
    let env = TestEnv::with(|settings| {
        let mut other = settings.applications[0].clone();
        other.client_id = "other".to_owned();
        other.client_secret = "other-secret".into();
        settings.applications.push(other);
    })
    .await;
    let tokens = env.tokens(&[]).await;
    let request = env.request(reqwest::Method::POST, "oauth/token").form(&[
        ("grant_type", "refresh_token"),
        ("client_id", "other"),
        ("client_secret", "other-secret"),
        ("refresh_token", tokens.text("refresh_token")),
    ]);
    assert_unknown_token(&JsonResponse::read(request.send().await.unwrap()).await);
    assert_eq!(
        env.refresh(tokens.text("refresh_token"), &[]).await.status,
        StatusCode::OK
    );
}
